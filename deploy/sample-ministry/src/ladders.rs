//! The ladders of the two agencies, which have nothing in common but the five bands.

/// One step of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// What the directory says.
    pub code: &'static str,
    /// Its name in Russian.
    pub name_ru: &'static str,
    /// Its name in English.
    pub name_en: &'static str,
    /// Its place, lowest first.
    pub step: u8,
    /// `support`, `officer`, `manager`, `director` or `executive`.
    pub band: &'static str,
}

const fn rank(
    step: u8,
    band: &'static str,
    code: &'static str,
    name_ru: &'static str,
    name_en: &'static str,
) -> Rank {
    Rank { code, name_ru, name_en, step, band }
}

/// The ladder of the Ministry of Lands and Waters.
pub const LANDS_LADDER: &[Rank] = &[
    rank(1, "support", "technician", "Техник", "Technician"),
    rank(2, "support", "clerk", "Делопроизводитель", "Clerk"),
    rank(3, "officer", "specialist", "Специалист", "Specialist"),
    rank(4, "officer", "senior-specialist", "Старший специалист", "Senior specialist"),
    rank(5, "officer", "chief-specialist", "Главный специалист", "Chief specialist"),
    rank(6, "officer", "consultant", "Консультант", "Consultant"),
    rank(7, "manager", "section-head", "Заведующий сектором", "Head of section"),
    rank(8, "manager", "division-head", "Начальник отдела", "Head of division"),
    rank(9, "director", "deputy-director", "Заместитель директора департамента", "Deputy director"),
    rank(10, "director", "director", "Директор департамента", "Director"),
    rank(11, "executive", "deputy-minister", "Заместитель министра", "Deputy minister"),
    rank(12, "executive", "minister", "Министр", "Minister"),
];

/// The ladder of the State Archives.
pub const ARCHIVES_LADDER: &[Rank] = &[
    rank(10, "support", "A1", "Помощник архивиста", "Archive assistant"),
    rank(20, "officer", "A2", "Архивист", "Archivist"),
    rank(30, "officer", "A3", "Старший архивист", "Senior archivist"),
    rank(40, "manager", "K1", "Хранитель", "Keeper"),
    rank(50, "manager", "K2", "Главный хранитель", "Chief keeper"),
    rank(60, "director", "D1", "Директор направления", "Director of a branch"),
    rank(70, "executive", "G1", "Заместитель руководителя службы", "Deputy director-general"),
    rank(80, "executive", "G2", "Руководитель службы", "Director-general"),
];
