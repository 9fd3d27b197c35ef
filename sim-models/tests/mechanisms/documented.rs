//! Every mechanism has its section in the docs.

use sim_models::registry::Registry;

/// Models that are no mechanism of the literature, or have a chapter of their own.
const OTHERS: [&str; 10] = [
    "tree",
    "averaging",
    "budget",
    "organization",
    "organization-in-time",
    "queue",
    "ledger",
    "workflow",
    "workflow-comparison",
    "workflow-rollouts",
];

#[test]
fn every_mechanism_has_a_section() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/mechanisms.md")).unwrap();
    let names = Registry::builtin().names();
    let mechanisms: Vec<_> = names.iter().filter(|name| !OTHERS.contains(name)).collect();
    let mut sections: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
    for name in &mechanisms {
        assert!(sections.contains(name), "docs/mechanisms.md has no section on `{name}`");
    }
    sections.retain(|section| !mechanisms.contains(&section));
    assert!(sections.is_empty(), "docs/mechanisms.md describes what is not registered: {sections:?}");
    for section in text.split("\n## ").skip(1) {
        for part in ["**Paper.**", "**Model.**", "**Exact.**", "**Preset.**", "**Quoted.**"] {
            assert!(section.contains(part), "{part} is missing after `{}`", section.lines().next().unwrap());
        }
        assert!(section.lines().count() <= 30, "more than half a page: {}", section.lines().next().unwrap());
    }
}
