//! What is written and read again is the same.

use sim_core::events::Duration;
use sim_core::random::{Address, Family as Streaming, Purpose, Streams};
use sim_models::law::Law;
use sim_models::workflow::generate::Family;
use sim_models::workflow::policy::Named;
use sim_models::workflow::{
    Budget, Estimates, NotExportable, Problem, ProviderLimits, Reading, Record, Rules, Sample, SampleLaw,
    Workflow,
};

/// Names that need care in one format or another.
const NAMES: [&str; 8] =
    ["parse", "résumé № 1", "a \"quoted\" \\ name", "x, y", "[list]", "2.5", "digraph", "line\nbreak"];

/// A workflow with laws of every kind, models in no alphabetic order, and a subtask that only one model can try.
fn everything() -> Workflow {
    let record =
        |weight, right, tokens, latency| Record { weight, sample: Sample { right, tokens, latency } };
    let law = |kind: usize| {
        let tokens = Law::lognormal(1000.1, 333.3).unwrap();
        match kind {
            0 => SampleLaw::constant(0.1, 0.3, 7),
            1 => SampleLaw::independent(0.7, Law::lognormal(20.0, 8.1).unwrap(), tokens),
            2 => SampleLaw::independent(1.0, Law::gamma(1e-3, 1e-4).unwrap(), Law::constant(2.5).unwrap()),
            3 => SampleLaw::independent(0.0, Law::exponential(3.3).unwrap(), Law::exponential(1e9).unwrap()),
            4 => SampleLaw::generated(1.0 / 3.0, tokens, 0.3, 38_912, 87.7, 1.06),
            5 => SampleLaw::generated(0.5, Law::gamma(900.0, 1e3).unwrap(), -0.1, u64::MAX, 1e-3, 0.0),
            6 => SampleLaw::records(vec![record(1.0, true, 0, 0.0), record(0.1, false, 1 << 60, 1e300)]),
            _ => SampleLaw::records(vec![record(1e-7, true, 800, 9.5)]),
        }
        .unwrap()
    };
    let mut builder = Workflow::builder()
        .model("zeta", 0.42)
        .model("qwen2.5", 1e-6)
        .limits(ProviderLimits { concurrency: Some(8), tokens_per_minute: Some(u32::MAX) })
        .model("größe, \"m\"", 999_999.999_999);
    for (node, name) in NAMES.into_iter().enumerate() {
        builder = builder.subtask(name).needs(NAMES[..node].iter().copied().step_by(2));
        builder = builder.option("qwen2.5", law(node));
        if node % 2 == 0 {
            builder = builder.option("zeta", law(7 - node)).option("größe, \"m\"", law((node + 3) % 8));
        }
    }
    builder.build().unwrap()
}

/// Whole runs of a workflow under a simple policy.
fn runs(workflow: &Workflow) -> Vec<String> {
    let deadline = Duration::from_seconds(500.0).unwrap();
    let problem =
        Problem::new(workflow.clone(), Rules::reference(), Budget::Tokens(100_000), deadline).unwrap();
    let streams = Streams::new(3, Purpose::World, Streaming::common());
    let mut policy = Named::parse("cop-greedy:2").unwrap().policy(&problem).unwrap();
    (0..20).map(|trial| format!("{:?}", problem.run(policy.as_mut(), &streams, trial))).collect()
}

/// Eight samples of every law in its place.
fn pilots(workflow: &Workflow) -> Workflow {
    let streams = Streams::new(5, Purpose::Pilot, Streaming::common());
    Estimates::PlugIn { runs: 8 }.beliefs(workflow, &streams.trial(0)).unwrap()
}

fn families() -> impl Iterator<Item = Workflow> {
    let streams = Streams::new(1, Purpose::SamplingPlan, Streaming::common());
    Family::ALL.into_iter().flat_map(move |family| {
        let streams = streams.clone();
        (0..5).map(move |number| family.draw(9, &mut streams.open(Address::trial(number))).unwrap())
    })
}

#[test]
fn json_toml_and_dot_hold_everything() {
    for workflow in families().chain([everything()]) {
        let texts = [
            ("w.json", workflow.to_json()),
            ("w.toml", workflow.to_toml().unwrap()),
            ("w.dot", workflow.to_dot()),
        ];
        for (name, text) in texts {
            let again = Workflow::from_text(name, &text, &Reading::default())
                .unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
            assert_eq!(again, workflow, "{text}");
            // Without the name the text itself tells.
            if name != "w.toml" {
                assert_eq!(Workflow::from_text("w", &text, &Reading::default()).unwrap(), workflow);
            }
        }
    }
}

#[test]
fn what_is_read_again_has_the_same_draws() {
    let workflow = Family::Proofflow
        .draw(0, &mut Streams::new(1, Purpose::SamplingPlan, Streaming::common()).open(Address::trial(3)))
        .unwrap();
    let expected = runs(&workflow);
    assert!(expected.iter().any(|run| run != &expected[0]));
    assert_eq!(runs(&Workflow::from_json(&workflow.to_json()).unwrap()), expected);
    assert_eq!(runs(&Workflow::from_dot(&workflow.to_dot()).unwrap()), expected);
    let sampled = pilots(&workflow);
    assert_ne!(runs(&sampled), expected);
    assert_eq!(runs(&Workflow::from_records(&sampled.to_records().unwrap()).unwrap()), runs(&sampled));
}

#[test]
fn records_hold_moments_and_samples() {
    for workflow in families().chain([everything()]) {
        match workflow.to_records() {
            Ok(text) => assert_eq!(Workflow::from_records(&text).unwrap(), workflow),
            Err(refused) => assert!(matches!(refused, NotExportable::Law { .. }), "{refused}"),
        }
        let sampled = pilots(&workflow);
        assert_eq!(Workflow::from_records(&sampled.to_records().unwrap()).unwrap(), sampled);
    }
    let mut builder = Workflow::builder().model("b", 2.4).model("a", 0.0);
    for (node, latency) in
        [Law::constant(3.0), Law::lognormal(0.1, 0.3), Law::gamma(7.0, 2.0), Law::exponential(0.7)]
            .into_iter()
            .enumerate()
    {
        let law = SampleLaw::independent(0.25, latency.unwrap(), Law::constant(2529.3).unwrap()).unwrap();
        builder = builder.subtask(NAMES[node]).needs(NAMES[..node].iter().copied()).option("a", law.clone());
        builder = if node == 2 { builder } else { builder.option("b", law) };
    }
    let record =
        |weight, right| Record { weight, sample: Sample { right, tokens: 5, latency: 1.0 / weight } };
    let weighed = SampleLaw::records(vec![record(0.1, true), record(3.0, false)]).unwrap();
    let workflow = builder.subtask("weighed").option("b", weighed).build().unwrap();
    let text = workflow.to_records().unwrap();
    assert_eq!(Workflow::from_text("r.json", &text, &Reading::default()).unwrap(), workflow, "{text}");
}

#[test]
fn what_toml_cannot_count_is_refused() {
    let record = Record { weight: 1.0, sample: Sample { right: true, tokens: 1 << 63, latency: 1.0 } };
    let law = SampleLaw::records(vec![record]).unwrap();
    let workflow = Workflow::builder().model("m", 1.0).subtask("a").option("m", law).build().unwrap();
    assert_eq!(
        workflow.to_toml().unwrap_err().to_string(),
        "subtask `a`, model `m`: 9223372036854775808 tokens are more than TOML can say; its whole numbers end at 2^63 - 1"
    );
    assert_eq!(Workflow::from_json(&workflow.to_json()).unwrap(), workflow);
}
