//! How an organisation is drawn up: units within units, the posts that matter, and how many others.

/// One unit and what is below it.
#[derive(Debug)]
pub(crate) struct UnitPlan {
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
    pub(crate) head: PostPlan,
    /// Who the head reports to, if not to the head of the unit above.
    pub(crate) reports_to: Option<&'static str>,
    /// Posts worth a name.
    pub(crate) posts: &'static [PostPlan],
    /// How many others.
    pub(crate) staff: usize,
    /// The segment of everyone in the unit.
    pub(crate) segment: Option<&'static str>,
    /// What those cleared in the unit are cleared for.
    pub(crate) category: Option<&'static str>,
    pub(crate) below: &'static [UnitPlan],
}

/// A post. What is not said is drawn.
#[derive(Debug)]
pub(crate) struct PostPlan {
    pub(crate) login: Option<&'static str>,
    /// Given name and family name.
    pub(crate) name: Option<(&'static str, &'static str)>,
    pub(crate) title: &'static str,
    pub(crate) rank: &'static str,
    pub(crate) employment: &'static str,
    /// Level and categories, instead of those that come with the rank.
    pub(crate) clearance: Option<(&'static str, &'static [&'static str])>,
    pub(crate) role: Option<&'static str>,
    pub(crate) disabled: bool,
    pub(crate) acts_for_head: bool,
    pub(crate) liaison_to: Option<&'static str>,
}

/// A unit without anything unusual.
pub(crate) const UNIT: UnitPlan = UnitPlan {
    name: "",
    name_en: "",
    head: POST,
    reports_to: None,
    posts: &[],
    staff: 0,
    segment: None,
    category: None,
    below: &[],
};

/// A post of the staff without anything unusual.
pub(crate) const POST: PostPlan = PostPlan {
    login: None,
    name: None,
    title: "",
    rank: "",
    employment: "staff",
    clearance: None,
    role: None,
    disabled: false,
    acts_for_head: false,
    liaison_to: None,
};

/// A post with a sign-in.
pub(crate) const fn known(
    login: &'static str,
    name: (&'static str, &'static str),
    rank: &'static str,
    title: &'static str,
) -> PostPlan {
    PostPlan { login: Some(login), name: Some(name), rank, title, ..POST }
}

/// A post of this rank, held by whoever.
pub(crate) const fn post(rank: &'static str, title: &'static str) -> PostPlan {
    PostPlan { title, rank, ..POST }
}
