//! The Ministry of Lands and Waters, of four levels.

use crate::chart::{POST, PostPlan, UNIT, UnitPlan, known, post};

const ALL_CATEGORIES: &[&str] = &["budget", "personnel", "security", "foreign"];

pub(crate) const MINISTRY: UnitPlan = UnitPlan {
    name: "Министерство земель и вод",
    name_en: "Ministry of Lands and Waters",
    head: PostPlan {
        clearance: Some(("secret", ALL_CATEGORIES)),
        ..known("minister", ("Александр", "Воронцов"), "minister", "Министр")
    },
    posts: &[
        PostPlan {
            clearance: Some(("secret", ALL_CATEGORIES)),
            ..known("deputy", ("Елена", "Корнилова"), "deputy-minister", "Заместитель министра")
        },
        PostPlan {
            login: Some("deputy-reform"),
            clearance: Some(("secret", &["budget", "personnel"])),
            ..post("deputy-minister", "Заместитель министра, статс-секретарь")
        },
        PostPlan {
            clearance: Some(("confidential", &["foreign"])),
            ..known("assistant", ("Ольга", "Тихомирова"), "consultant", "Помощник министра")
        },
        post("consultant", "Советник министра"),
        post("consultant", "Советник министра по водной политике"),
        post("clerk", "Секретарь приёмной"),
    ],
    below: &[WATER, LAND, PEOPLE_AND_LAW, FINANCE, CONTROL, DIGITAL],
    ..UNIT
};

const WATER: UnitPlan = UnitPlan {
    name: "Департамент водных ресурсов",
    name_en: "Department of Water Resources",
    head: known("director", ("Сергей", "Лазарев"), "director", "Директор департамента"),
    reports_to: Some("deputy"),
    posts: &[post("deputy-director", "Заместитель директора"), post("clerk", "Делопроизводитель")],
    below: &[
        UnitPlan {
            name: "Отдел водного кадастра",
            name_en: "Water Cadastre Division",
            head: known("head", ("Ирина", "Соколова"), "division-head", "Начальник отдела"),
            posts: &[
                PostPlan {
                    clearance: Some(("official", &[])),
                    ..known("officer", ("Павел", "Ершов"), "specialist", "Специалист по кадастру")
                },
                PostPlan {
                    clearance: Some(("official", &[])),
                    ..known("peer", ("Мария", "Белова"), "senior-specialist", "Старший специалист")
                },
            ],
            staff: 8,
            below: &[
                section("Сектор гидрометрии", "Hydrometry Section", 4),
                section("Сектор наблюдений, прогнозов и карт", "Observation, Forecast and Map Section", 4),
            ],
            ..UNIT
        },
        UnitPlan {
            name: "Отдел речных бассейнов",
            name_en: "River Basin Division",
            head: post("division-head", "Начальник отдела"),
            posts: &[PostPlan {
                employment: "contractor",
                ..known("contractor", ("Viktor", "Lang"), "specialist", "Инженер-гидролог по договору")
            }],
            staff: 8,
            below: &[
                section("Сектор северных рек", "Northern Rivers Section", 4),
                section("Сектор южных рек", "Southern Rivers Section", 4),
            ],
            ..UNIT
        },
        UnitPlan {
            name: "Отдел мелиорации и орошения",
            name_en: "Irrigation Division",
            head: PostPlan {
                login: Some("absent"),
                name: Some(("Артём", "Черкасский")),
                ..post("division-head", "Начальник отдела (в отпуске)")
            },
            posts: &[PostPlan {
                acts_for_head: true,
                clearance: Some(("confidential", &[])),
                ..known(
                    "acting",
                    ("Дмитрий", "Орлов"),
                    "consultant",
                    "Исполняющий обязанности начальника отдела",
                )
            }],
            staff: 9,
            ..UNIT
        },
    ],
    ..UNIT
};

const LAND: UnitPlan = UnitPlan {
    name: "Департамент земельных ресурсов",
    name_en: "Department of Land Resources",
    head: post("director", "Директор департамента"),
    reports_to: Some("deputy"),
    posts: &[post("deputy-director", "Заместитель директора"), post("clerk", "Делопроизводитель")],
    below: &[
        UnitPlan {
            name: "Отдел землеустройства",
            name_en: "Land Survey Division",
            head: post("division-head", "Начальник отдела"),
            staff: 8,
            below: &[
                section("Сектор геодезии", "Geodesy Section", 4),
                section("Сектор границ", "Boundary Section", 4),
            ],
            ..UNIT
        },
        UnitPlan {
            name: "Отдел кадастровой оценки",
            name_en: "Valuation Division",
            head: post("division-head", "Начальник отдела"),
            posts: &[PostPlan { disabled: true, ..post("specialist", "Специалист") }],
            staff: 9,
            ..UNIT
        },
        UnitPlan {
            name: "Отдел охраны земель \"Заповедник\"",
            name_en: "Land Protection Division",
            head: post("division-head", "Начальник отдела"),
            // Two people of one name in one unit, told apart by their number.
            posts: &[
                PostPlan {
                    name: Some(("Анна", "Смирнова")), ..post("specialist", "Специалист")
                },
                PostPlan {
                    name: Some(("Анна", "Смирнова")),
                    ..post("chief-specialist", "Главный специалист")
                },
            ],
            staff: 8,
            ..UNIT
        },
    ],
    ..UNIT
};

const PEOPLE_AND_LAW: UnitPlan = UnitPlan {
    name: "Департамент кадров, права и международных связей",
    name_en: "Department of Personnel, Law and Foreign Relations",
    head: post("director", "Директор департамента"),
    reports_to: Some("deputy-reform"),
    posts: &[post("clerk", "Делопроизводитель")],
    below: &[
        UnitPlan {
            name: "Отдел кадров, обучения и наград",
            name_en: "Personnel, Training and Awards Division",
            head: post("division-head", "Начальник отдела"),
            posts: &[PostPlan {
                role: Some("hr"),
                clearance: Some(("confidential", &["personnel"])),
                ..known("hr", ("Татьяна", "Морозова"), "chief-specialist", "Главный специалист по кадрам")
            }],
            staff: 8,
            category: Some("personnel"),
            ..UNIT
        },
        UnitPlan {
            name: "Правовой отдел",
            name_en: "Legal Division",
            head: post("division-head", "Начальник отдела"),
            posts: &[PostPlan {
                employment: "external", ..post("consultant", "Внешний юрисконсульт")
            }],
            staff: 9,
            ..UNIT
        },
        UnitPlan {
            name: "Отдел международного сотрудничества",
            name_en: "International Cooperation Division",
            head: post("division-head", "Начальник отдела"),
            posts: &[PostPlan {
                liaison_to: Some(crate::ARCHIVES.dn),
                clearance: Some(("confidential", &["foreign"])),
                ..known(
                    "liaison",
                    ("Николай", "Астахов"),
                    "consultant",
                    "Консультант, связной с архивной службой",
                )
            }],
            staff: 8,
            category: Some("foreign"),
            ..UNIT
        },
    ],
    ..UNIT
};

const FINANCE: UnitPlan = UnitPlan {
    name: "Департамент финансов и закупок",
    name_en: "Department of Finance and Procurement",
    head: PostPlan {
        clearance: Some(("secret", &["budget"])), ..post("director", "Директор департамента")
    },
    reports_to: Some("deputy-reform"),
    posts: &[post("deputy-director", "Заместитель директора"), post("clerk", "Делопроизводитель")],
    below: &[
        UnitPlan {
            name: "Бюджетный отдел",
            name_en: "Budget Division",
            head: post("division-head", "Начальник отдела"),
            posts: &[PostPlan {
                disabled: true, ..post("senior-specialist", "Старший специалист")
            }],
            staff: 8,
            category: Some("budget"),
            ..UNIT
        },
        UnitPlan {
            name: "Отдел закупок",
            name_en: "Procurement Division",
            head: post("division-head", "Начальник отдела"),
            staff: 9,
            segment: Some("procurement"),
            category: Some("budget"),
            below: &[section("Сектор договоров + приёмки", "Contract and Acceptance Section", 4)],
            ..UNIT
        },
    ],
    ..UNIT
};

const CONTROL: UnitPlan = UnitPlan {
    name: "Департамент контроля и безопасности",
    name_en: "Department of Control and Security",
    head: PostPlan {
        clearance: Some(("secret", ALL_CATEGORIES)),
        ..post("director", "Директор департамента")
    },
    reports_to: Some("minister"),
    posts: &[post("clerk", "Делопроизводитель")],
    below: &[
        UnitPlan {
            name: "Отдел внутреннего аудита",
            name_en: "Internal Audit Division",
            head: post("division-head", "Начальник отдела"),
            staff: 8,
            segment: Some("audit"),
            category: Some("budget"),
            ..UNIT
        },
        UnitPlan {
            name: "Отдел комплаенса и этики",
            name_en: "Compliance and Ethics Division",
            head: post("division-head", "Начальник отдела"),
            posts: &[
                PostPlan {
                    role: Some("compliance"),
                    clearance: Some(("confidential", &["personnel"])),
                    ..known("compliance", ("Вера", "Аксёнова"), "consultant", "Консультант по комплаенсу")
                },
                PostPlan {
                    role: Some("compliance"),
                    clearance: Some(("confidential", &["personnel"])),
                    ..known(
                        "compliance2",
                        ("Илья", "Гордеев"),
                        "chief-specialist",
                        "Главный специалист по комплаенсу",
                    )
                },
            ],
            staff: 3,
            ..UNIT
        },
        UnitPlan {
            name: "Отдел режима и безопасности",
            name_en: "Security Division",
            head: PostPlan {
                clearance: Some(("secret", &["security", "personnel"])),
                ..post("division-head", "Начальник отдела")
            },
            posts: &[
                PostPlan {
                    role: Some("security"),
                    clearance: Some(("secret", &["security", "personnel"])),
                    ..known(
                        "security",
                        ("Андрей", "Крылов"),
                        "chief-specialist",
                        "Главный специалист по безопасности",
                    )
                },
                PostPlan {
                    role: Some("security"),
                    clearance: Some(("secret", &["security", "personnel"])),
                    ..known("security2", ("Наталья", "Седова"), "senior-specialist", "Старший специалист")
                },
                PostPlan {
                    clearance: Some(("secret", &["security"])),
                    ..known("cleared", ("Григорий", "Зимин"), "senior-specialist", "Старший специалист")
                },
            ],
            staff: 4,
            category: Some("security"),
            ..UNIT
        },
    ],
    ..UNIT
};

const DIGITAL: UnitPlan = UnitPlan {
    name: "Digital Services Department",
    name_en: "Digital Services Department",
    head: post("director", "Директор департамента"),
    reports_to: Some("deputy-reform"),
    posts: &[post("clerk", "Делопроизводитель")],
    below: &[
        UnitPlan {
            name: "Platform & Data",
            name_en: "Platform and Data Division",
            head: post("division-head", "Начальник отдела"),
            posts: &[
                PostPlan {
                    role: Some("admin"),
                    ..known("admin", ("Максим", "Чернов"), "chief-specialist", "Администратор систем")
                },
                PostPlan {
                    employment: "contractor",
                    name: Some(("Tomas", "Weber, Jr.")),
                    ..post("specialist", "Software engineer")
                },
                PostPlan {
                    employment: "contractor",
                    disabled: true,
                    ..post("specialist", "Software engineer")
                },
            ],
            staff: 8,
            ..UNIT
        },
        UnitPlan {
            name: "#1 Служба поддержки, ночная смена",
            name_en: "Service Desk, Night Shift",
            head: post("division-head", "Начальник отдела"),
            posts: &[PostPlan { employment: "external", disabled: true, ..POST }],
            staff: 8,
            below: &[section("Сектор связи", "Telephone Section", 4)],
            ..UNIT
        },
    ],
    ..UNIT
};

const fn section(name: &'static str, name_en: &'static str, staff: usize) -> UnitPlan {
    UnitPlan {
        name, name_en, head: post("section-head", "Заведующий сектором"), staff, ..UNIT
    }
}
