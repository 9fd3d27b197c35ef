//! What happened in a trial, for a person to look at.

use sim_core::events::{Record, Time, Trace, TrackId};
use sim_core::graph::{Edge, Node};

use crate::organization::graph::Answer;
use crate::organization::timed::{Outcome, TimedOrganization};

/// Writes a trace: one track per agent.
pub(in crate::organization::timed) struct Teller {
    trace: Trace,
    tracks: Vec<TrackId>,
    run: TrackId,
    channels: Vec<(usize, usize)>,
    names: Vec<String>,
}

impl Teller {
    pub(super) fn new(plan: &TimedOrganization) -> Self {
        let graph = plan.organization.graph();
        let mut trace = Trace::new();
        let run = trace.track("run");
        let names: Vec<String> = (0..graph.len()).map(|agent| graph.name(agent).to_owned()).collect();
        // Senders above their receivers.
        let mut tracks = vec![run; graph.len()];
        for agent in graph.order() {
            tracks[agent] = trace.track(graph.name(agent));
        }
        let channels = plan.channels.iter().map(|c| (c.sender as usize, c.receiver as usize)).collect();
        Self { trace, tracks, run, channels, names }
    }

    /// Something that an agent did for a while. Nothing is told of what took no time.
    pub(super) fn span(
        &mut self,
        agent: Node,
        kind: &'static str,
        name: &str,
        (start, end): (Time, Time),
        details: Vec<(&'static str, String)>,
    ) {
        if start < end {
            let track = self.tracks[agent];
            self.trace.push(Record::Span { track, name: name.to_owned(), kind, start, end, details });
        }
    }

    /// Something that happened to an agent at once.
    pub(super) fn mark(&mut self, agent: Node, time: Time, name: &str) {
        let track = self.tracks[agent];
        self.trace.push(Record::Mark { track, name: name.to_owned(), time, details: Vec::new() });
    }

    /// An agent has its vote.
    pub(super) fn vote(&mut self, agent: Node, time: Time, vote: Option<Answer>) {
        self.mark(agent, time, says(vote));
    }

    /// A message travels; `None` is one that arrives without its vote.
    pub(super) fn message(&mut self, edge: Edge, start: Time, end: Time, vote: Option<Answer>) {
        let (from, to) = self.channels[edge];
        let what = vote.map_or("lost message", |answer| says(Some(answer)));
        let name = format!("{what} from {}", self.names[from]);
        let (from, to) = (self.tracks[from], self.tracks[to]);
        self.trace.push(Record::Flow { name, from, start, to, end });
    }

    pub(super) fn end(&mut self, time: Time, outcome: Outcome) {
        let name = outcome.name().to_owned();
        self.trace.push(Record::Mark { track: self.run, name, time, details: Vec::new() });
    }

    pub(in crate::organization::timed) fn into_trace(self) -> Trace {
        self.trace
    }
}

fn says(vote: Option<Answer>) -> &'static str {
    match vote {
        None => "abstains",
        Some(Answer::RIGHT) => "right vote",
        Some(_) => "wrong vote",
    }
}
