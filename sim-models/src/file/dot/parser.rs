//! The grammar of DOT: from words to nodes and edges with their attributes.

use std::collections::{BTreeMap, HashMap};

use super::dialect::{Dialect, Owner};
use super::lexer::{Lexer, Position, Token};
use crate::file::InvalidText;

/// Attributes by name.
pub(crate) type Attributes = BTreeMap<String, String>;

/// A digraph, nodes and edges in the order in which they appear. Only attributes of the dialect are kept.
#[derive(Debug, Default)]
pub(crate) struct Digraph {
    pub(crate) graph: Attributes,
    pub(crate) nodes: Vec<(String, Attributes)>,
    pub(crate) edges: Vec<(usize, usize, Attributes)>,
}

/// Attributes that nodes and edges have from where they are first named.
#[derive(Clone, Default)]
struct Defaults {
    node: Attributes,
    edge: Attributes,
}

struct Parser<'a> {
    dialect: &'a Dialect,
    lexer: Lexer<'a>,
    /// The word to be read next.
    token: Token,
    at: Position,
    digraph: Digraph,
    positions: HashMap<String, usize>,
    /// In a strict graph: the edge between two nodes.
    only: Option<HashMap<(usize, usize), usize>>,
}

/// Subgraphs within each other.
const DEEPEST: usize = 64;

/// Edges of one text. `{a b} -> {c d}` stands for all pairs, so that a short text could ask for any number.
const MOST_EDGES: usize = 5_000_000;

/// The digraph of a text.
pub(crate) fn parse(text: &str, dialect: &Dialect) -> Result<Digraph, InvalidText> {
    let mut lexer = Lexer::new(text);
    let (token, at) = lexer.token()?;
    let (digraph, positions) = (Digraph::default(), HashMap::new());
    let mut parser = Parser { dialect, lexer, token, at, digraph, positions, only: None };
    parser.graph()?;
    Ok(parser.digraph)
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Token, InvalidText> {
        let (token, at) = self.lexer.token()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, symbol: &'static str) -> bool {
        self.token == Token::Symbol(symbol)
    }

    /// Passes a symbol if it is there.
    fn pass(&mut self, symbol: &'static str) -> Result<bool, InvalidText> {
        let there = self.is(symbol);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    fn unexpected(&self, expected: &str) -> InvalidText {
        self.at.error(format!("expected {expected}; found {}", self.token))
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), InvalidText> {
        if self.pass(symbol)? { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn id(&mut self, expected: &str) -> Result<String, InvalidText> {
        match self.token {
            Token::Id(_) => match self.advance()? {
                Token::Id(id) => Ok(id),
                _ => Err(self.unexpected(expected)),
            },
            _ => Err(self.unexpected(expected)),
        }
    }

    fn graph(&mut self) -> Result<(), InvalidText> {
        if self.token == Token::Keyword("strict") {
            self.advance()?;
            self.only = Some(HashMap::new());
        }
        if self.token == Token::Keyword("graph") {
            let Dialect { thing, direction, .. } = self.dialect;
            return Err(self.at.error(format!("{thing} is a `digraph`, because {direction}; found `graph`")));
        }
        if self.token != Token::Keyword("digraph") {
            return Err(self.unexpected("`digraph`"));
        }
        self.advance()?;
        if matches!(self.token, Token::Id(_)) {
            self.advance()?;
        }
        self.expect("{")?;
        self.statements(&mut Defaults::default(), 0)?;
        self.expect("}")?;
        if self.token == Token::End { Ok(()) } else { Err(self.unexpected("the end of the text")) }
    }

    /// Statements up to a closing brace; all nodes that they name.
    fn statements(&mut self, defaults: &mut Defaults, depth: usize) -> Result<Vec<usize>, InvalidText> {
        let mut named = Vec::new();
        while !self.is("}") {
            if self.token == Token::End {
                return Err(self.unexpected("a statement or `}`"));
            }
            if !self.pass(";")? {
                self.statement(defaults, depth, &mut named)?;
            }
        }
        Ok(named)
    }

    fn statement(
        &mut self,
        defaults: &mut Defaults,
        depth: usize,
        named: &mut Vec<usize>,
    ) -> Result<(), InvalidText> {
        match self.token {
            Token::Keyword("node") => {
                self.advance()?;
                self.attributes(Owner::Node, &mut defaults.node)
            }
            Token::Keyword("edge") => {
                self.advance()?;
                self.attributes(Owner::Edge, &mut defaults.edge)
            }
            Token::Keyword("graph") => {
                self.advance()?;
                let mut own = Attributes::new();
                let at = self.at;
                self.attributes(Owner::Graph, &mut own)?;
                self.graph_attributes(own, depth, at)
            }
            _ => self.nodes_or_edges(defaults, depth, named),
        }
    }

    fn graph_attributes(&mut self, own: Attributes, depth: usize, at: Position) -> Result<(), InvalidText> {
        match own.keys().next() {
            Some(key) if depth > 0 => {
                Err(at.error(format!("`{key}` belongs to the whole graph, not to a part of it")))
            }
            _ => {
                self.digraph.graph.extend(own);
                Ok(())
            }
        }
    }

    /// `a`, `a = b`, `a -> b -> {c d}`, each with attributes.
    fn nodes_or_edges(
        &mut self,
        defaults: &mut Defaults,
        depth: usize,
        named: &mut Vec<usize>,
    ) -> Result<(), InvalidText> {
        let at = self.at;
        let mut ends = if let Token::Id(id) = &self.token {
            let id = id.clone();
            self.advance()?;
            if self.pass("=")? {
                let value = self.id("a value")?;
                let mut own = Attributes::new();
                self.set(Owner::Graph, id, value, at, &mut own)?;
                return self.graph_attributes(own, depth, at);
            }
            vec![vec![self.node(id, defaults)?]]
        } else {
            vec![self.group(defaults, depth)?]
        };
        while self.pass("->")? {
            let end = match &self.token {
                Token::Id(id) => {
                    let id = id.clone();
                    self.advance()?;
                    vec![self.node(id, defaults)?]
                }
                _ => self.group(defaults, depth)?,
            };
            ends.push(end);
        }
        if self.is("--") {
            return Err(self.unexpected(&format!("`->`, because {}", self.dialect.direction)));
        }
        if let [alone] = &ends[..] {
            let mut own = Attributes::new();
            self.attributes_if_any(Owner::Node, &mut own)?;
            for &node in alone {
                self.digraph.nodes[node].1.extend(own.clone());
            }
        } else {
            let mut own = defaults.edge.clone();
            let stated = &mut Attributes::new();
            self.attributes_if_any(Owner::Edge, stated)?;
            own.extend(std::mem::take(stated));
            for pair in ends.windows(2) {
                if self.digraph.edges.len() + pair[0].len() * pair[1].len() > MOST_EDGES {
                    return Err(at.error(format!("a graph has at most {MOST_EDGES} edges; found more")));
                }
                for &from in &pair[0] {
                    pair[1].iter().for_each(|&to| self.edge(from, to, &own));
                }
            }
        }
        ends.into_iter().for_each(|end| named.extend(end));
        Ok(())
    }

    /// The node of this name, made if it is new; its port, if it has one, says nothing here.
    fn node(&mut self, id: String, defaults: &Defaults) -> Result<usize, InvalidText> {
        while self.pass(":")? {
            self.id("a port")?;
        }
        if let Some(&known) = self.positions.get(&id) {
            return Ok(known);
        }
        let new = self.digraph.nodes.len();
        self.positions.insert(id.clone(), new);
        self.digraph.nodes.push((id, defaults.node.clone()));
        Ok(new)
    }

    fn edge(&mut self, from: usize, to: usize, own: &Attributes) {
        let next = self.digraph.edges.len();
        let known = self.only.as_mut().map_or(next, |only| *only.entry((from, to)).or_insert(next));
        match self.digraph.edges.get_mut(known) {
            Some((_, _, attributes)) => attributes.extend(own.clone()),
            None => self.digraph.edges.push((from, to, own.clone())),
        }
    }

    /// `subgraph name { ... }` or `{ ... }`: its nodes, each once.
    fn group(&mut self, defaults: &Defaults, depth: usize) -> Result<Vec<usize>, InvalidText> {
        if self.token == Token::Keyword("subgraph") {
            self.advance()?;
            if matches!(self.token, Token::Id(_)) {
                self.advance()?;
            }
        }
        if !self.is("{") {
            return Err(self.unexpected("a node, an edge, `{` or `}`"));
        }
        if depth == DEEPEST {
            return Err(self.at.error(format!("subgraphs are at most {DEEPEST} deep")));
        }
        self.advance()?;
        let mut nodes = self.statements(&mut defaults.clone(), depth + 1)?;
        self.expect("}")?;
        let mut seen = std::collections::HashSet::new();
        nodes.retain(|node| seen.insert(*node));
        Ok(nodes)
    }

    fn attributes_if_any(&mut self, owner: Owner, into: &mut Attributes) -> Result<(), InvalidText> {
        if self.is("[") { self.attributes(owner, into) } else { Ok(()) }
    }

    /// One list of attributes or several.
    fn attributes(&mut self, owner: Owner, into: &mut Attributes) -> Result<(), InvalidText> {
        self.expect("[")?;
        loop {
            if self.pass("]")? {
                if self.pass("[")? {
                    continue;
                }
                return Ok(());
            }
            let at = self.at;
            let key = self.id("an attribute or `]`")?;
            // Graphviz takes a name alone for `name=true`.
            let value = if self.pass("=")? { self.id("a value")? } else { "true".to_owned() };
            self.set(owner, key, value, at, into)?;
            if !self.pass(",")? {
                self.pass(";")?;
            }
        }
    }

    /// Keeps an attribute of the dialect, and refuses one that is nobody's.
    fn set(
        &self,
        owner: Owner,
        key: String,
        value: String,
        at: Position,
        into: &mut Attributes,
    ) -> Result<(), InvalidText> {
        if self.dialect.owns(owner, &key) {
            into.insert(key, value);
            Ok(())
        } else if Dialect::leaves_to_graphviz(&key) {
            Ok(())
        } else {
            let place = format!("{at}: {}", owner.told());
            let nearest = self.dialect.nearest(owner, &key);
            Err(InvalidText::UnknownKey { place, key, allowed: self.dialect.keys(owner), nearest })
        }
    }
}

/// An attribute; an empty one counts as none, which is how DOT unsets a default.
pub(crate) fn stated<'a>(attributes: &'a Attributes, key: &str) -> Option<&'a str> {
    attributes.get(key).map(String::as_str).filter(|text| !text.is_empty())
}
