//! The State Archives, of three levels, with a ladder of their own.

use crate::chart::{PostPlan, UNIT, UnitPlan, known, post};

pub(crate) const ARCHIVES: UnitPlan = UnitPlan {
    name: "Государственная архивная служба",
    name_en: "State Archives",
    head: PostPlan {
        clearance: Some(("secret", &["foreign", "personnel"])),
        ..post("G2", "Руководитель службы")
    },
    posts: &[
        post("G1", "Заместитель руководителя"),
        post("A3", "Помощник руководителя"),
        post("A1", "Секретарь"),
    ],
    below: &[
        UnitPlan {
            name: "Направление хранения",
            name_en: "Preservation Branch",
            head: post("D1", "Директор направления"),
            posts: &[post("A1", "Делопроизводитель")],
            below: &[
                UnitPlan {
                    name: "Хранилище карт и планов",
                    name_en: "Maps and Plans Repository",
                    head: post("K2", "Главный хранитель"),
                    posts: &[PostPlan {
                        clearance: Some(("official", &[])),
                        ..known("outsider", ("Anna", "Lindqvist"), "A2", "Архивист картографического фонда")
                    }],
                    staff: 7,
                    below: &[section("Фонд речных карт", "River Map Collection", 4)],
                    ..UNIT
                },
                UnitPlan {
                    name: "Хранилище указов, грамот и писем",
                    name_en: "Decrees, Charters and Letters Repository",
                    head: post("K2", "Главный хранитель"),
                    staff: 7,
                    below: &[section("Мастерская реставрации", "Restoration Workshop", 4)],
                    ..UNIT
                },
            ],
            ..UNIT
        },
        UnitPlan {
            name: "Направление доступа и публикаций",
            name_en: "Access and Publication Branch",
            head: post("D1", "Директор направления"),
            posts: &[post("A1", "Делопроизводитель")],
            below: &[
                UnitPlan {
                    name: "Читальный зал",
                    name_en: "Reading Room",
                    head: post("K2", "Главный хранитель"),
                    posts: &[PostPlan { employment: "external", ..post("A2", "Исследователь") }],
                    staff: 7,
                    ..UNIT
                },
                UnitPlan {
                    name: "Digital Archive",
                    name_en: "Digital Archive",
                    head: post("K2", "Главный хранитель"),
                    posts: &[
                        PostPlan { employment: "contractor", ..post("A2", "Scanning engineer") },
                        PostPlan { disabled: true, ..post("A2", "Архивист") },
                    ],
                    staff: 7,
                    ..UNIT
                },
            ],
            ..UNIT
        },
        UnitPlan {
            name: "Управление делами",
            name_en: "Administration Branch",
            head: post("D1", "Директор направления"),
            below: &[
                UnitPlan {
                    name: "Отдел кадров и бухгалтерии",
                    name_en: "Personnel and Accounts Division",
                    head: post("K2", "Начальник отдела"),
                    posts: &[PostPlan {
                        disabled: true, ..post("A1", "Помощник архивиста")
                    }],
                    staff: 5,
                    category: Some("personnel"),
                    ..UNIT
                },
                UnitPlan {
                    name: "Отдел научных связей",
                    name_en: "Scholarly Relations Division",
                    head: post("K2", "Начальник отдела"),
                    staff: 5,
                    category: Some("foreign"),
                    ..UNIT
                },
            ],
            ..UNIT
        },
    ],
    ..UNIT
};

const fn section(name: &'static str, name_en: &'static str, staff: usize) -> UnitPlan {
    UnitPlan { name, name_en, head: post("K1", "Хранитель"), staff, ..UNIT }
}
