//! In which order agents are evaluated: senders before receivers, and so that few votes wait to be read at any time.

use sim_core::graph::{Graph, Node};

/// Agents up to which every order is tried step by step.
const MOST_FOR_GREEDY: usize = 600;

/// Votes that wait together up to which any order is good enough.
const FEW: usize = 6;

/// Votes that wait together beyond which nothing helps.
const HOPELESS: usize = 64;

/// The agents that decide and lead to the targets, in a good order.
pub(super) fn order(graph: &Graph, relevant: &[bool], targets: &[Node]) -> Vec<Node> {
    let decides = |&agent: &Node| relevant[agent] && !graph.incoming(agent).is_empty();
    let depth_first: Vec<Node> = depth_first(graph, targets).into_iter().filter(decides).collect();
    let first = Waiting::over(graph, relevant, &depth_first);
    if first.most <= FEW {
        return depth_first;
    }
    let breadth_first: Vec<Node> = graph.order().filter(decides).collect();
    let mut orders = vec![breadth_first];
    if depth_first.len() <= MOST_FOR_GREEDY {
        orders.push(greedy(graph, relevant, &depth_first));
    }
    let mut best = (first.cost, depth_first);
    for order in orders {
        let cost = Waiting::over(graph, relevant, &order).cost;
        if cost < best.0 {
            best = (cost, order);
        }
    }
    best.1
}

/// Every agent right after the senders that only it still lacked, so that a subtree is finished before the next one begins.
fn depth_first(graph: &Graph, targets: &[Node]) -> Vec<Node> {
    let mut seen = vec![false; graph.len()];
    let mut order = Vec::new();
    let mut path: Vec<(Node, usize)> = Vec::new();
    for &target in targets {
        if !std::mem::replace(&mut seen[target], true) {
            path.push((target, 0));
        }
        while let Some((agent, next)) = path.last_mut() {
            if let Some(&edge) = graph.incoming(*agent).get(*next) {
                *next += 1;
                let sender = graph.sender(edge);
                if !std::mem::replace(&mut seen[sender], true) {
                    path.push((sender, 0));
                }
            } else {
                order.push(*agent);
                path.pop();
            }
        }
    }
    order
}

/// Of the agents that have all their senders, always the one after which the fewest votes wait in its factor.
fn greedy(graph: &Graph, relevant: &[bool], agents: &[Node]) -> Vec<Node> {
    let mut waiting = Waiting::new(graph, relevant);
    let mut left: Vec<Node> = agents.to_vec();
    let mut order = Vec::with_capacity(agents.len());
    while !left.is_empty() {
        let ready = |i: &usize| graph.senders(left[*i]).all(|sender| waiting.is_known(sender));
        let ready: Vec<usize> = (0..left.len()).filter(ready).collect();
        let best = ready.into_iter().min_by_key(|&i| waiting.after(left[i]));
        // An acyclic graph always has one that is ready.
        let Some(best) = best else { break };
        let agent = left.remove(best);
        waiting.evaluate(agent);
        order.push(agent);
    }
    order
}

/// Which votes wait to be read, and which of them are dependent: the evaluation without its numbers.
struct Waiting<'a> {
    graph: &'a Graph,
    /// By agent: channels that have not carried its vote yet.
    unread: Vec<usize>,
    /// By agent: the factor of its vote, while that waits.
    factor_of: Vec<Option<usize>>,
    known: Vec<bool>,
    factors: Vec<Vec<Node>>,
    /// By factor: the last look that joined it.
    joined: Vec<usize>,
    looks: usize,
    /// Most votes of one factor so far.
    most: usize,
    /// Number of joint states of all evaluations, for binary votes.
    cost: f64,
}

/// What an agent's reading leaves.
struct Look {
    /// Most votes that wait while it reads.
    most: usize,
    /// Those that wait afterwards, with its own.
    waiting: Vec<Node>,
}

impl<'a> Waiting<'a> {
    fn new(graph: &'a Graph, relevant: &[bool]) -> Self {
        Self {
            graph,
            unread: readers(graph, relevant),
            factor_of: vec![None; graph.len()],
            known: vec![false; graph.len()],
            factors: Vec::new(),
            joined: Vec::new(),
            looks: 0,
            most: 0,
            cost: 0.0,
        }
    }

    fn over(graph: &'a Graph, relevant: &[bool], order: &[Node]) -> Self {
        let mut waiting = Self::new(graph, relevant);
        for &agent in order {
            waiting.evaluate(agent);
            if waiting.most > HOPELESS {
                break;
            }
        }
        waiting
    }

    fn is_known(&self, agent: Node) -> bool {
        self.known[agent] || self.graph.incoming(agent).is_empty()
    }

    /// Looks at what an agent's reading would leave.
    fn look(&mut self, agent: Node) -> Look {
        self.looks += 1;
        let mut look = Look { most: 0, waiting: Vec::new() };
        for sender in self.graph.senders(agent) {
            self.unread[sender] -= 1;
            match self.factor_of[sender] {
                Some(factor) if self.joined[factor] != self.looks => {
                    self.joined[factor] = self.looks;
                    look.waiting.extend(&self.factors[factor]);
                }
                None if self.unread[sender] > 0 && !look.waiting.contains(&sender) => {
                    look.waiting.push(sender);
                }
                _ => {}
            }
            look.most = look.most.max(look.waiting.len());
            if self.unread[sender] == 0 {
                look.waiting.retain(|&known| known != sender);
            }
            if look.most > HOPELESS {
                break;
            }
        }
        if self.unread[agent] > 0 {
            look.waiting.push(agent);
        }
        look.most = look.most.max(look.waiting.len());
        look
    }

    /// How many votes would wait with an agent's own.
    fn after(&mut self, agent: Node) -> usize {
        let before: Vec<usize> = self.graph.senders(agent).map(|sender| self.unread[sender]).collect();
        let after = self.look(agent).waiting.len();
        for (sender, unread) in self.graph.senders(agent).zip(before) {
            self.unread[sender] = unread;
        }
        after
    }

    fn evaluate(&mut self, agent: Node) {
        let Look { most, waiting } = self.look(agent);
        self.most = self.most.max(most);
        self.cost += libm::exp2(most as f64);
        for sender in self.graph.senders(agent) {
            self.factor_of[sender] = None;
        }
        self.known[agent] = true;
        for &vote in &waiting {
            self.factor_of[vote] = Some(self.factors.len());
        }
        self.factors.push(waiting);
        self.joined.push(0);
    }
}

/// By agent: how many channels carry its vote to relevant agents.
pub(super) fn readers(graph: &Graph, relevant: &[bool]) -> Vec<usize> {
    let count = |agent| graph.receivers(agent).filter(|&receiver| relevant[receiver]).count();
    (0..graph.len()).map(count).collect()
}
