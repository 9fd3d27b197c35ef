//! The grammar of DOT: from words to nodes and edges with their attributes.

use std::collections::{BTreeMap, HashMap};

use super::InvalidFile;
use super::attributes::Owner;
use super::lexer::{Lexer, Position, Token};

/// Attributes by name.
pub(super) type Attributes = BTreeMap<String, String>;

/// A digraph, nodes and edges in the order in which they appear. Only attributes that are ours are kept.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) graph: Attributes,
    pub(super) nodes: Vec<(String, Attributes)>,
    pub(super) edges: Vec<(usize, usize, Attributes)>,
}

/// Attributes that nodes and edges have from where they are first named.
#[derive(Clone, Default)]
struct Defaults {
    node: Attributes,
    edge: Attributes,
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The word to be read next.
    token: Token,
    at: Position,
    document: Document,
    positions: HashMap<String, usize>,
    /// In a strict graph: the edge between two nodes.
    only: Option<HashMap<(usize, usize), usize>>,
}

/// Subgraphs within each other.
const DEEPEST: usize = 64;

/// Edges of one text. `{a b} -> {c d}` stands for all pairs, so that a short text could ask for any number.
const MOST_EDGES: usize = 5_000_000;

/// The digraph of a text.
pub(super) fn parse(text: &str) -> Result<Document, InvalidFile> {
    let mut lexer = Lexer::new(text);
    let (token, at) = lexer.token()?;
    let (document, positions) = (Document::default(), HashMap::new());
    let mut parser = Parser { lexer, token, at, document, positions, only: None };
    parser.graph()?;
    Ok(parser.document)
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Token, InvalidFile> {
        let (token, at) = self.lexer.token()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, symbol: &'static str) -> bool {
        self.token == Token::Symbol(symbol)
    }

    /// Passes a symbol if it is there.
    fn pass(&mut self, symbol: &'static str) -> Result<bool, InvalidFile> {
        let there = self.is(symbol);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    fn unexpected(&self, expected: &str) -> InvalidFile {
        self.at.error(format!("expected {expected}; found {}", self.token))
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), InvalidFile> {
        if self.pass(symbol)? { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn id(&mut self, expected: &str) -> Result<String, InvalidFile> {
        match self.token {
            Token::Id(_) => match self.advance()? {
                Token::Id(id) => Ok(id),
                _ => Err(self.unexpected(expected)),
            },
            _ => Err(self.unexpected(expected)),
        }
    }

    fn graph(&mut self) -> Result<(), InvalidFile> {
        if self.token == Token::Keyword("strict") {
            self.advance()?;
            self.only = Some(HashMap::new());
        }
        if self.token == Token::Keyword("graph") {
            return Err(self
                .at
                .error("an organization is a `digraph`, because messages have a direction; found `graph`"));
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
    fn statements(&mut self, defaults: &mut Defaults, depth: usize) -> Result<Vec<usize>, InvalidFile> {
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
    ) -> Result<(), InvalidFile> {
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

    fn graph_attributes(&mut self, own: Attributes, depth: usize, at: Position) -> Result<(), InvalidFile> {
        match own.keys().next() {
            Some(key) if depth > 0 => {
                Err(at.error(format!("`{key}` belongs to the whole graph, not to a part of it")))
            }
            _ => {
                self.document.graph.extend(own);
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
    ) -> Result<(), InvalidFile> {
        let at = self.at;
        let mut ends = if let Token::Id(id) = &self.token {
            let id = id.clone();
            self.advance()?;
            if self.pass("=")? {
                let value = self.id("a value")?;
                let mut own = Attributes::new();
                set(Owner::Graph, id, value, at, &mut own)?;
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
            return Err(self.unexpected("`->`, because messages have a direction"));
        }
        if let [alone] = &ends[..] {
            let mut own = Attributes::new();
            self.attributes_if_any(Owner::Node, &mut own)?;
            for &node in alone {
                self.document.nodes[node].1.extend(own.clone());
            }
        } else {
            let mut own = defaults.edge.clone();
            let stated = &mut Attributes::new();
            self.attributes_if_any(Owner::Edge, stated)?;
            own.extend(std::mem::take(stated));
            for pair in ends.windows(2) {
                if self.document.edges.len() + pair[0].len() * pair[1].len() > MOST_EDGES {
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
    fn node(&mut self, id: String, defaults: &Defaults) -> Result<usize, InvalidFile> {
        while self.pass(":")? {
            self.id("a port")?;
        }
        if let Some(&known) = self.positions.get(&id) {
            return Ok(known);
        }
        let new = self.document.nodes.len();
        self.positions.insert(id.clone(), new);
        self.document.nodes.push((id, defaults.node.clone()));
        Ok(new)
    }

    fn edge(&mut self, from: usize, to: usize, own: &Attributes) {
        let next = self.document.edges.len();
        let known = self.only.as_mut().map_or(next, |only| *only.entry((from, to)).or_insert(next));
        match self.document.edges.get_mut(known) {
            Some((_, _, attributes)) => attributes.extend(own.clone()),
            None => self.document.edges.push((from, to, own.clone())),
        }
    }

    /// `subgraph name { ... }` or `{ ... }`: its nodes, each once.
    fn group(&mut self, defaults: &Defaults, depth: usize) -> Result<Vec<usize>, InvalidFile> {
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

    fn attributes_if_any(&mut self, owner: Owner, into: &mut Attributes) -> Result<(), InvalidFile> {
        if self.is("[") { self.attributes(owner, into) } else { Ok(()) }
    }

    /// One list of attributes or several.
    fn attributes(&mut self, owner: Owner, into: &mut Attributes) -> Result<(), InvalidFile> {
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
            set(owner, key, value, at, into)?;
            if !self.pass(",")? {
                self.pass(";")?;
            }
        }
    }
}

/// Keeps an attribute that is ours, and refuses one that is nobody's.
fn set(
    owner: Owner,
    key: String,
    value: String,
    at: Position,
    into: &mut Attributes,
) -> Result<(), InvalidFile> {
    if owner.owns(&key) {
        into.insert(key, value);
        Ok(())
    } else if Owner::leaves_to_graphviz(&key) {
        Ok(())
    } else {
        let place = format!("{at}: {}", owner.told());
        let nearest = owner.nearest(&key);
        Err(InvalidFile::UnknownKey { place, key, allowed: owner.keys(), nearest })
    }
}
