//! The sign-ins that have a name, and what each is for.

/// A login worth knowing.
#[derive(Debug, Clone, Copy)]
pub struct SignIn {
    /// What to type.
    pub login: &'static str,
    /// Who it is, in Russian.
    pub about_ru: &'static str,
    /// Who it is, in English.
    pub about_en: &'static str,
}

const fn sign_in(login: &'static str, about_ru: &'static str, about_en: &'static str) -> SignIn {
    SignIn { login, about_ru, about_en }
}

/// All of them, from the top down.
pub const SIGN_INS: &[SignIn] = &[
    sign_in("minister", "министр", "the minister"),
    sign_in("assistant", "помощник министра", "the minister's assistant"),
    sign_in("deputy", "заместитель министра", "deputy minister"),
    sign_in("director", "директор департамента", "director of a department"),
    sign_in("head", "начальник отдела", "head of a division"),
    sign_in("officer", "специалист отдела; начните отсюда", "officer of that division; begin here"),
    sign_in("peer", "коллега по отделу", "officer's colleague in the division"),
    sign_in("acting", "исполняет обязанности начальника другого отдела", "acting head of another division"),
    sign_in("contractor", "подрядчик", "contractor"),
    sign_in(
        "cleared",
        "допуск «секретно», категория «безопасность»",
        "cleared for secret, category security",
    ),
    sign_in("liaison", "связной с другим ведомством", "liaison to the other agency"),
    sign_in("outsider", "специалист другого ведомства", "officer of the other agency"),
    sign_in("hr", "кадры", "personnel"),
    sign_in("compliance", "комплаенс", "compliance officer"),
    sign_in("compliance2", "комплаенс, второй сотрудник", "second compliance officer"),
    sign_in("security", "безопасность", "security officer"),
    sign_in("security2", "безопасность, второй сотрудник", "second security officer"),
    sign_in("admin", "администратор", "administrator"),
];
