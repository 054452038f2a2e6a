//! What the simulated market consists of: sources, industries, names, products.

/// Where leads come from: name, share of all leads, how likely such a lead is to convert.
pub(super) const SOURCES: [(&str, f64, f64); 7] = [
    ("website", 0.30, 0.16),
    ("paid_search", 0.20, 0.09),
    ("referral", 0.12, 0.36),
    ("webinar", 0.12, 0.22),
    ("partner", 0.08, 0.30),
    ("trade_show", 0.08, 0.19),
    ("cold_list", 0.10, 0.04),
];

/// Industries: name, factor on the chance to convert, factor on the deal size.
pub(super) const INDUSTRIES: [(&str, f64, f64); 8] = [
    ("software", 1.25, 1.1),
    ("manufacturing", 1.0, 1.4),
    ("retail", 0.85, 0.7),
    ("healthcare", 1.1, 1.2),
    ("finance", 1.05, 1.6),
    ("education", 0.75, 0.5),
    ("logistics", 0.95, 1.0),
    ("media", 0.8, 0.8),
];

/// Company sizes: word, employees at least and at most, factor on the deal size.
pub(super) const SIZES: [(&str, i64, i64, f64); 6] = [
    ("1-10", 2, 10, 0.4),
    ("11-50", 11, 50, 0.7),
    ("51-200", 51, 200, 1.0),
    ("201-1000", 201, 1000, 1.7),
    ("1001-5000", 1001, 5000, 3.0),
    ("5001+", 5001, 60000, 5.0),
];

/// How often each size occurs.
pub(super) const SIZE_SHARES: [f64; 6] = [0.25, 0.3, 0.22, 0.14, 0.06, 0.03];

/// Regions of the teams.
pub(super) const REGIONS: [&str; 4] = ["Central", "East", "North", "West"];

/// Countries and one of their cities.
pub(super) const PLACES: [(&str, &str); 8] = [
    ("United States", "Chicago"),
    ("United States", "Boston"),
    ("United States", "Denver"),
    ("Canada", "Toronto"),
    ("Germany", "Hamburg"),
    ("France", "Lyon"),
    ("United Kingdom", "Leeds"),
    ("Spain", "Valencia"),
];

/// Why deals and leads are lost.
pub(super) const LOST_REASONS: [&str; 6] =
    ["price", "no budget", "competitor", "no decision", "missing feature", "bad timing"];

/// What a call or meeting came to.
pub(super) const OUTCOMES: [&str; 5] = ["connected", "no answer", "left message", "follow-up agreed", "not interested"];

pub(super) const FIRST_NAMES: [&str; 32] = [
    "Alma", "Boris", "Carla", "David", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Liam", "Mara",
    "Nils", "Olga", "Pavel", "Rosa", "Samir", "Tilda", "Umar", "Vera", "Wanda", "Xenia", "Yusuf", "Zoe", "Amir",
    "Bella", "Cyrus", "Dora", "Emil", "Freya", "Goran",
];

pub(super) const LAST_NAMES: [&str; 32] = [
    "Adler",
    "Brandt",
    "Castro",
    "Duarte",
    "Ekman",
    "Fischer",
    "Garcia",
    "Hansen",
    "Ivanov",
    "Jansen",
    "Keller",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Quist",
    "Rossi",
    "Santos",
    "Tanaka",
    "Ueda",
    "Vogel",
    "Weber",
    "Xu",
    "Yilmaz",
    "Zeman",
    "Almeida",
    "Bauer",
    "Costa",
    "Dubois",
    "Eriksen",
    "Ferrari",
];

pub(super) const COMPANY_FIRST: [&str; 24] = [
    "Amber", "Bright", "Cedar", "Delta", "Ember", "Falcon", "Granite", "Harbor", "Iron", "Juniper", "Keystone",
    "Lumen", "Maple", "North", "Orchid", "Pioneer", "Quartz", "River", "Summit", "Timber", "Union", "Vertex", "Willow",
    "Zenith",
];

pub(super) const COMPANY_LAST: [&str; 16] = [
    "Analytics",
    "Works",
    "Systems",
    "Foods",
    "Logistics",
    "Partners",
    "Health",
    "Labs",
    "Media",
    "Energy",
    "Retail",
    "Motors",
    "Software",
    "Textiles",
    "Optics",
    "Finance",
];

pub(super) const PRODUCT_SERIES: [&str; 4] = ["Core", "Flow", "Insight", "Shield"];

pub(super) const JOB_TITLES: [&str; 8] = [
    "Head of Operations",
    "Buyer",
    "Managing Director",
    "IT Manager",
    "Sales Director",
    "Controller",
    "Founder",
    "Project Lead",
];
