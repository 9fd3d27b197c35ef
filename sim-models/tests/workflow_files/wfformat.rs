//! Workflows of scientific tasks.

use sim_models::law::Law;
use sim_models::workflow::{SampleLaw, TaskLaw, Workflow};

fn text(tasks: &str, runs: &str) -> String {
    format!(
        r#"{{ "name": "n", "schemaVersion": "1.5", "workflow": {{
            "specification": {{ "tasks": [{tasks}] }}, "execution": {{ "tasks": [{runs}] }} }} }}"#
    )
}

fn task(name: &str, id: &str, parents: &str, children: &str) -> String {
    format!(r#"{{ "name": "{name}", "id": "{id}", "parents": [{parents}], "children": [{children}] }}"#)
}

const RUNS: &str = r#"{ "id": "x", "runtimeInSeconds": 2.7 }, { "id": "y", "runtimeInSeconds": 0.1 }, { "id": "z", "runtimeInSeconds": 0 }"#;

fn said(tasks: &[String]) -> String {
    Workflow::from_wfformat(&text(&tasks.join(","), RUNS), &TaskLaw::default()).unwrap_err().to_string()
}

/// What was read is written without loss, whatever the laws of tasks.
#[test]
fn export_is_the_inverse_of_import() {
    let tasks = [task("t", "x", "", ""), task("t", "y", "\"x\"", "\"z\""), task("t", "z", "\"x\"", "")];
    let text = text(&tasks.join(","), RUNS);
    for (success, variation) in [(0.95, 0.2), (1.0, 0.0), (0.1, 1.0 / 3.0), (0.7, 17.3)] {
        let law = TaskLaw { success, variation };
        let workflow = Workflow::from_wfformat(&text, &law).unwrap();
        let exported = workflow.to_wfformat(None).unwrap();
        assert_eq!(Workflow::from_wfformat(&exported.text, &law).unwrap(), workflow, "{}", exported.text);
        let [sentence] = &exported.left_out[..] else { panic!("{:?}", exported.left_out) };
        assert!(sentence.contains(&format!("task_success {success} and ")), "{sentence}");
        // y takes longer than z, and both wait for x.
        assert!(exported.text.contains(r#""makespanInSeconds": 2.8"#), "{}", exported.text);
    }
}

#[test]
fn what_it_cannot_hold_is_said_or_refused() {
    let law = |mean| {
        let tokens = Law::constant(9.0).unwrap();
        SampleLaw::independent(0.5, Law::gamma(mean, 1.0).unwrap(), tokens).unwrap()
    };
    let builder = Workflow::builder().model("small", 0.4).model("large", 2.0);
    let builder = builder.subtask("a").option("small", law(3.0)).option("large", law(7.0));
    let workflow = builder.clone().subtask("b").needs(["a"]).option("small", law(4.0)).build().unwrap();
    assert_eq!(
        workflow.to_wfformat(None).unwrap_err().to_string(),
        "subtask `a` can be tried with small, large; WfFormat knows one running time per task: choose a model"
    );
    assert_eq!(
        workflow.to_wfformat(Some("large")).unwrap_err().to_string(),
        "subtask `b` cannot be tried with `large`, only with small"
    );
    let exported = workflow.to_wfformat(Some("small")).unwrap();
    assert_eq!(exported.left_out.len(), 2);
    assert!(exported.left_out[0].contains("success probabilities, tokens, prices and limits are left out"));
    let again = Workflow::from_wfformat(&exported.text, &TaskLaw::default()).unwrap();
    let means: Vec<f64> = (0..2).map(|node| again.law(node, 0).unwrap().mean_latency()).collect();
    assert_eq!(means, [3.0, 4.0]);
    for name in ["", "a b", "é", "a/b"] {
        let workflow =
            Workflow::builder().model("m", 0.0).subtask(name).option("m", law(1.0)).build().unwrap();
        let said = workflow.to_wfformat(None).unwrap_err().to_string();
        assert!(said.starts_with(&format!("subtask `{name}`: in WfFormat a name has")), "{said}");
    }
}

/// An id stands before a name; a name counts if only one task has it.
#[test]
fn tasks_are_known_by_id_and_by_name() {
    // The name of y is the id of x.
    let tasks =
        [task("first", "x", "", ""), task("x", "y", "", ""), task("last", "z", "\"x\", \"first\"", "")];
    let workflow = Workflow::from_wfformat(&text(&tasks.join(","), RUNS), &TaskLaw::default()).unwrap();
    assert_eq!(workflow.graph().senders(2).collect::<Vec<_>>(), [0]);
    let twice = [task("t", "x", "", ""), task("t", "y", "", ""), task("u", "z", "\"t\"", "")];
    assert_eq!(said(&twice), "task `z` has the parent `t`, which is the name of 2 tasks and the id of none");
    let strange = [task("t", "x", "", "\"yy\""), task("t", "y", "", ""), task("u", "z", "", "")];
    assert_eq!(said(&strange), "task `x` has the child `yy`, which is no task; did you mean `y`?");
    let circle = [task("t", "x", "\"y\"", ""), task("u", "y", "\"x\"", ""), task("v", "z", "", "")];
    assert!(said(&circle).contains("the graph has a cycle: x -> y -> x"));
    let double = [task("t", "x", "", ""), task("u", "x", "", "")];
    assert!(said(&double).contains("there are two nodes `x`"));
}
