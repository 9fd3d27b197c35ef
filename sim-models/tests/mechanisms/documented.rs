//! Every mechanism has its section in the docs.

use std::fs;

use sim_models::registry::Registry;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Names of the models in `src/mechanism/`: of each file that has a `Mechanism`, the name that it gives in its `about`.
fn mechanisms() -> Vec<String> {
    let files = fs::read_dir(format!("{HERE}/src/mechanism")).unwrap().map(|entry| entry.unwrap().path());
    let name = |code: String| {
        let mut lines = code.lines().filter(|line| !line.starts_with("//"));
        lines.find(|line| line.starts_with("impl Mechanism for "))?;
        lines.find_map(|line| Some(line.trim().strip_prefix("name: \"")?.strip_suffix("\",")?.to_owned()))
    };
    files.filter(|path| path.is_file()).filter_map(|path| name(fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_mechanism_has_a_section() {
    let mechanisms = mechanisms();
    assert!(mechanisms.len() >= 18, "{mechanisms:?}");
    let registry = Registry::builtin();
    let text = fs::read_to_string(format!("{HERE}/../docs/mechanisms.md")).unwrap();
    let sections: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
    for name in &mechanisms {
        assert!(registry.find(name).is_some(), "`{name}` is not registered");
        assert!(sections.contains(&name.as_str()), "docs/mechanisms.md has no section on `{name}`");
    }
    assert_eq!(
        sections.len(),
        mechanisms.len(),
        "docs/mechanisms.md describes what there is not: {sections:?}"
    );
    for section in text.split("\n## ").skip(1) {
        for part in ["**Paper.**", "**Model.**", "**Exact.**", "**Preset.**", "**Quoted.**"] {
            assert!(section.contains(part), "{part} is missing after `{}`", section.lines().next().unwrap());
        }
        assert!(section.lines().count() <= 30, "more than half a page: {}", section.lines().next().unwrap());
    }
}
