//! The graph as an organization file, so that the product simulates the same one.

use super::{Graph, Node};
use serde_json::{Value, json};

/// The organization file of a graph. Node `i` is agent `n<i>`, family `g` is `f<g>`.
pub fn to_json(graph: &Graph) -> Value {
    let mut agents = Vec::new();
    let mut channels = Vec::new();
    let mut dependence = Vec::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let id = format!("n{i}");
        match node {
            Node::Leaf { family } => {
                let bias = graph.families[*family].bias;
                agents.push(json!({ "id": id, "bias": bias, "family": format!("f{family}") }));
            }
            Node::Aggregator { inputs, correlation } => {
                for input in inputs {
                    let from = format!("n{}", input.from);
                    channels.push(json!({ "from": from, "to": id, "fidelity": input.fidelity }));
                }
                dependence.push(json!({ "at": id, "model": "mixture", "correlation": correlation }));
                agents.push(json!({ "id": id, "aggregator": "majority" }));
            }
        }
    }
    for (g, family) in graph.families.iter().enumerate() {
        let shared = family.correlation;
        dependence.push(json!({ "family": format!("f{g}"), "model": "shared-vote", "correlation": shared }));
    }
    let output = format!("n{}", graph.nodes.len() - 1);
    json!({ "agents": agents, "channels": channels, "dependence": dependence, "outputs": [output] })
}

#[cfg(test)]
mod tests {
    use super::to_json;
    use crate::graph::{Family, Graph, Input, Node, random_graph};
    use serde_json::Value;

    /// Reads back what `to_json` writes, from its text.
    fn read(text: &str) -> Graph {
        let file: Value = serde_json::from_str(text).unwrap();
        let list = |key: &str| file[key].as_array().unwrap().clone();
        let number = |value: &Value| value.as_f64().unwrap();
        let index = |value: &Value| value.as_str().unwrap()[1..].parse::<usize>().unwrap();
        let mut families = vec![Family { bias: 0.0, correlation: 0.0 }; 3];
        let mut nodes = Vec::new();
        for (i, agent) in list("agents").iter().enumerate() {
            assert_eq!(index(&agent["id"]), i);
            nodes.push(if agent["bias"].is_null() {
                assert_eq!(agent["aggregator"], "majority");
                Node::Aggregator { inputs: Vec::new(), correlation: 0.0 }
            } else {
                let family = index(&agent["family"]);
                families[family].bias = number(&agent["bias"]);
                Node::Leaf { family }
            });
        }
        for channel in list("channels") {
            let Node::Aggregator { inputs, .. } = &mut nodes[index(&channel["to"])] else { panic!() };
            inputs.push(Input { from: index(&channel["from"]), fidelity: number(&channel["fidelity"]) });
        }
        for rule in list("dependence") {
            let rho = number(&rule["correlation"]);
            if rule["model"] == "shared-vote" {
                families[index(&rule["family"])].correlation = rho;
            } else {
                assert_eq!(rule["model"], "mixture");
                let Node::Aggregator { correlation, .. } = &mut nodes[index(&rule["at"])] else { panic!() };
                *correlation = rho;
            }
        }
        assert_eq!(file["outputs"], serde_json::json!([format!("n{}", nodes.len() - 1)]));
        Graph { nodes, families }
    }

    /// Nothing is lost on the way, not the last bit of a number.
    #[test]
    fn a_graph_survives_its_file() {
        let graph = random_graph(1_000, 7);
        assert_eq!(read(&to_json(&graph).to_string()), graph);
    }
}
