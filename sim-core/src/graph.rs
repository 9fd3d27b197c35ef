//! A compact acyclic graph with named nodes and a topological order, shared by organizations and workflows.
//!
//! ```
//! use sim_core::graph::Graph;
//!
//! let graph = Graph::new(["ask", "check", "answer"], [(0, 1), (1, 2), (0, 2)])?;
//! assert_eq!(graph.order().map(|node| graph.name(node)).collect::<Vec<_>>(), ["ask", "check", "answer"]);
//! assert_eq!(graph.senders(2).collect::<Vec<_>>(), [1, 0]);
//! assert_eq!(graph.incoming(2), [1, 2]);
//!
//! let error = Graph::new(["ask", "check"], [(0, 1), (1, 0)]).unwrap_err();
//! assert_eq!(error.to_string(), "the graph has a cycle: ask -> check -> ask");
//! # Ok::<(), sim_core::graph::InvalidGraph>(())
//! ```

use thiserror::Error;

/// A node, as its position among the names.
pub type Node = usize;

/// An edge, as its position among the edges.
pub type Edge = usize;

/// A directed acyclic graph. Nodes and edges keep the positions in which they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    names: Vec<String>,
    ends: Vec<(u32, u32)>,
    incoming: Rows,
    outgoing: Rows,
    order: Vec<u32>,
}

/// Why nodes and edges are no acyclic graph.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidGraph {
    /// Two nodes of one name.
    #[error("there are two nodes `{name}`")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// An edge from or to a node that does not exist.
    #[error("edge {edge} ends at node {node}, but there are {nodes} nodes")]
    NoSuchNode {
        /// Position of the edge.
        edge: Edge,
        /// The node that it names.
        node: Node,
        /// Number of nodes.
        nodes: usize,
    },
    /// A way that leads back to where it began.
    #[error("the graph has a cycle: {}", path.join(" -> "))]
    Cycle {
        /// Names of the nodes on it, the first one also as the last.
        path: Vec<String>,
    },
    /// More nodes or edges than positions.
    #[error("a graph has at most {} nodes and edges; found {found}", u32::MAX)]
    TooLarge {
        /// How many were found.
        found: usize,
    },
}

/// Lists of edges by node, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rows {
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

impl Rows {
    fn new(nodes: usize, ends: impl Iterator<Item = u32> + Clone) -> Self {
        let mut starts = vec![0; nodes + 1];
        for end in ends.clone() {
            starts[end as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut edges = vec![0; starts[nodes] as usize];
        for (edge, end) in ends.enumerate() {
            let slot = &mut next[end as usize];
            edges[*slot as usize] = edge;
            *slot += 1;
        }
        Self { starts, edges }
    }

    fn of(&self, node: Node) -> &[Edge] {
        &self.edges[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}

impl Graph {
    /// The graph of these nodes and edges, an edge being a pair (from, to) of positions. Two nodes may be joined by several
    /// edges.
    ///
    /// # Errors
    /// Two nodes have one name, an edge ends nowhere, or there is a cycle.
    pub fn new(
        names: impl IntoIterator<Item = impl Into<String>>,
        edges: impl IntoIterator<Item = (Node, Node)>,
    ) -> Result<Self, InvalidGraph> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let pairs: Vec<(Node, Node)> = edges.into_iter().collect();
        let found = names.len().max(pairs.len());
        if u32::try_from(found).is_err() {
            return Err(InvalidGraph::TooLarge { found });
        }
        let mut seen = std::collections::HashSet::new();
        if let Some(name) = names.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(InvalidGraph::Duplicate { name: name.clone() });
        }
        let mut ends = Vec::with_capacity(pairs.len());
        for (edge, &(from, to)) in pairs.iter().enumerate() {
            if let Some(node) = [from, to].into_iter().find(|&node| node >= names.len()) {
                return Err(InvalidGraph::NoSuchNode { edge, node, nodes: names.len() });
            }
            ends.push((from as u32, to as u32));
        }
        let incoming = Rows::new(names.len(), ends.iter().map(|end| end.1));
        let outgoing = Rows::new(names.len(), ends.iter().map(|end| end.0));
        let mut graph = Self { names, ends, incoming, outgoing, order: Vec::new() };
        graph.order = graph.sort()?;
        Ok(graph)
    }

    /// Kahn's algorithm with a first-in, first-out queue: the order depends on the positions alone.
    fn sort(&self) -> Result<Vec<u32>, InvalidGraph> {
        let mut waiting: Vec<usize> = (0..self.len()).map(|node| self.incoming(node).len()).collect();
        let mut order: Vec<u32> =
            (0..self.len()).filter(|&node| waiting[node] == 0).map(|node| node as u32).collect();
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            for receiver in self.receivers(node as usize) {
                waiting[receiver] -= 1;
                if waiting[receiver] == 0 {
                    order.push(receiver as u32);
                }
            }
        }
        if order.len() == self.len() { Ok(order) } else { Err(self.cycle(&waiting)) }
    }

    /// A cycle among the nodes that still wait for a sender: each of them has one among them, so going back must repeat.
    fn cycle(&self, waiting: &[usize]) -> InvalidGraph {
        let mut step = vec![usize::MAX; self.len()];
        let mut path = Vec::new();
        let mut at = waiting.iter().position(|&count| count > 0);
        while let Some(node) = at {
            if step[node] != usize::MAX {
                path.drain(..step[node]);
                break;
            }
            step[node] = path.len();
            path.push(node);
            at = self.senders(node).find(|&sender| waiting[sender] > 0);
        }
        path.reverse();
        // The cycle is told from its first node in the order of the names given.
        let first = (0..path.len()).min_by_key(|&i| path[i]).unwrap_or(0);
        path.rotate_left(first);
        let mut path: Vec<String> = path.into_iter().map(|node| self.names[node].clone()).collect();
        path.extend(path.first().cloned());
        InvalidGraph::Cycle { path }
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Number of edges.
    pub fn edge_count(&self) -> usize {
        self.ends.len()
    }

    /// Name of a node.
    pub fn name(&self, node: Node) -> &str {
        &self.names[node]
    }

    /// The node of this name. It looks at every name.
    pub fn find(&self, name: &str) -> Option<Node> {
        self.names.iter().position(|known| known == name)
    }

    /// The nodes with every sender before its receivers.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = Node> + Clone {
        self.order.iter().map(|&node| node as usize)
    }

    /// The edges into a node, in the order in which they were given.
    #[inline]
    pub fn incoming(&self, node: Node) -> &[Edge] {
        self.incoming.of(node)
    }

    /// The edges out of a node, in the order in which they were given.
    #[inline]
    pub fn outgoing(&self, node: Node) -> &[Edge] {
        self.outgoing.of(node)
    }

    /// Where an edge begins.
    #[inline]
    pub fn sender(&self, edge: Edge) -> Node {
        self.ends[edge].0 as usize
    }

    /// Where an edge ends.
    #[inline]
    pub fn receiver(&self, edge: Edge) -> Node {
        self.ends[edge].1 as usize
    }

    /// Where the edges into a node begin, in the order of [`Graph::incoming`].
    pub fn senders(&self, node: Node) -> impl Iterator<Item = Node> {
        self.incoming(node).iter().map(|&edge| self.sender(edge))
    }

    /// Where the edges out of a node end, in the order of [`Graph::outgoing`].
    pub fn receivers(&self, node: Node) -> impl Iterator<Item = Node> {
        self.outgoing(node).iter().map(|&edge| self.receiver(edge))
    }

    /// Which nodes have a way to one of `targets`, by position; the targets themselves have.
    pub fn leading_to(&self, targets: &[Node]) -> Vec<bool> {
        let mut leads = vec![false; self.len()];
        for &target in targets {
            leads[target] = true;
        }
        for node in self.order().rev() {
            leads[node] |= self.receivers(node).any(|receiver| leads[receiver]);
        }
        leads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_come_before_their_receivers() {
        // 0 -> 3, 3 -> 1, 1 -> 2, 0 -> 2 twice.
        let graph = Graph::new(["a", "b", "c", "d"], [(0, 3), (3, 1), (1, 2), (0, 2), (0, 2)]).unwrap();
        assert_eq!(graph.order().collect::<Vec<_>>(), [0, 3, 1, 2]);
        assert_eq!(graph.incoming(2), [2, 3, 4]);
        assert_eq!(graph.senders(2).collect::<Vec<_>>(), [1, 0, 0]);
        assert_eq!(graph.outgoing(0), [0, 3, 4]);
        assert_eq!(graph.receivers(0).collect::<Vec<_>>(), [3, 2, 2]);
        assert_eq!((graph.len(), graph.edge_count()), (4, 5));
        assert_eq!(graph.leading_to(&[1]), [true, true, false, true]);
        assert_eq!(graph.find("d"), Some(3));
    }

    #[test]
    fn mistakes_are_named() {
        let error = |names: &[&str], edges: &[(usize, usize)]| {
            Graph::new(names.iter().copied(), edges.iter().copied()).unwrap_err().to_string()
        };
        assert_eq!(error(&["a", "b", "a"], &[]), "there are two nodes `a`");
        assert_eq!(error(&["a"], &[(0, 1)]), "edge 0 ends at node 1, but there are 1 nodes");
        assert_eq!(error(&["a"], &[(0, 0)]), "the graph has a cycle: a -> a");
        // A tail leads into the cycle; only the cycle is told, in the direction of its edges.
        let edges = [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)];
        assert_eq!(error(&["s", "a", "b", "c", "t"], &edges), "the graph has a cycle: a -> b -> c -> a");
    }

    #[test]
    fn a_graph_may_have_no_edges_and_no_nodes() {
        assert!(Graph::new([] as [&str; 0], []).unwrap().is_empty());
        assert_eq!(Graph::new(["a", "b"], []).unwrap().order().count(), 2);
    }
}
