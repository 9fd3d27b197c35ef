//! Agents of several sizes bid plans for a task, and the best value for money carries it out (mechanisms B26).
//!
//! Agent `i` of skill `a_i` solves a task with probability `p_i = 1/(1 + e^-(a_i - s z - t z_i))`: `z` is how hard the task is for all, `z_i`
//! how it happens to suit the agent (B0.1), both standard normal. Every agent writes a plan of `l` tokens, which is paid for. The auction
//! values it at `V_i = p_i + N(0, sigma^2)` and takes the highest `V_i - lambda C_i`, `C_i` the cost of the plan in units of what the
//! largest agent's costs at first. With every refinement of the auction's memory both `sigma` and `l` shrink by a factor.
//!
//! Given `z` the scores are independent, so that who wins and whether it succeeds is an integral over `z`, the winning score and the
//! winner's `z_i`, which quadrature gives to the last digits.

mod quadrature;

use std::borrow::Borrow;
use std::sync::OnceLock;

use sim_core::random::Stream;

use self::quadrature::Won;
use super::primitives::Call;
use super::primitives::{Answered, Answering, ExpectedAnswer, Spending, measures, nanodollars};
use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, choice, integer, real};
use crate::theory::numeric::power;

/// The model `plan-auction`.
#[derive(Clone, Copy, Debug)]
pub struct PlanAuction;

/// Most agents.
const MOST_AGENTS: u32 = 16;

/// Who carries a task out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selection {
    Auction,
    Random,
    Largest,
}

/// Parameters of [`PlanAuction`].
#[derive(Clone, Debug)]
pub struct AuctionParameters {
    selection: Selection,
    /// From the smallest to the largest.
    agents: Vec<Agent>,
    /// Standard deviations of the difficulty, and of how a task suits an agent, in logits.
    difficulty: f64,
    fit: f64,
    /// Standard deviation of the values that plans are given, after refinement.
    noise: f64,
    won: OnceLock<Option<Won>>,
}

/// An agent, its calls and what its plan takes from its score.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Agent {
    skill: f64,
    plan: Call,
    solution: Call,
    discount: f64,
}

impl Parameters for AuctionParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let selections = [
            ("auction", Selection::Auction, "the highest value less its discount for cost"),
            ("random", Selection::Random, "any agent; nobody writes a plan"),
            ("largest", Selection::Largest, "always the largest; nobody writes a plan"),
        ];
        let selection = form.read(choice("selection", &selections).help("who carries a task out"))?;
        let count = form.read(
            integer("agents", 4)
                .between(2, MOST_AGENTS)
                .unit(Unit::Agents)
                .help("agents, of skills at equal steps"),
        )?;
        let mut logits = |key, default, help| form.read(real(key, default).between(-20.0, 20.0).help(help));
        let skills = [
            logits("small_skill", -0.5, "skill of the smallest agent, in logits")?,
            logits("large_skill", 1.5, "skill of the largest agent, in logits")?,
        ];
        let mut spread = |key, default, help| form.read(real(key, default).between(0.0, 10.0).help(help));
        let difficulty =
            spread("difficulty_spread", 1.2, "standard deviation of how hard tasks are for all, in logits")?;
        let fit = spread("fit_spread", 1.0, "standard deviation of how tasks suit an agent, in logits")?;
        let noise = spread(
            "value_noise",
            0.1,
            "standard deviation of the error in what a plan is thought to be worth",
        )?;
        let weight =
            spread("cost_weight", 0.15, "success that the cost of the largest agent's plan counts for")?;
        let mut price = |key, default, help| {
            form.read(real(key, default).between(0.0, 1e6).unit(Unit::DollarsPerMillionTokens).help(help))
        };
        let prices = [
            price("small_price", 0.42, "output price of the smallest agent")?,
            price("large_price", 2.4, "output price of the largest agent; between them by equal factors")?,
        ];
        let mut tokens = |key, default, help| {
            form.read(real(key, default).between(0.0, 1e9).unit(Unit::Tokens).help(help))
        };
        let plan_tokens = tokens("plan_tokens", 120.0, "length of a plan before any refinement")?;
        let solution_tokens = tokens("solution_tokens", 20_000.0, "tokens with which a plan is carried out")?;
        let rate = form.read(
            real("token_rate", 80.0)
                .between(0.1, 1e6)
                .unit(Unit::TokensPerSecond)
                .help("speed of all agents"),
        )?;
        let refinements = form.read(
            integer("refinements", 0).between(0, 1000).help("times that the auction learned from its past"),
        )?;
        let factor = form.read(
            real("memory_factor", 0.9).between(0.0, 1.0).help("what each of them leaves of noise and length"),
        )?;
        let shrunk = power(factor, refinements);
        let agents = agents(count, skills, prices, |price, largest| {
            let call = |tokens: f64| {
                let tokens = libm::round(tokens);
                Call {
                    tokens: tokens as u64,
                    nanodollars: nanodollars(tokens * price / 1e6),
                    seconds: tokens / rate,
                }
            };
            let relative = if largest > 0.0 { price / largest } else { 0.0 };
            (call(shrunk * plan_tokens), call(solution_tokens), weight * shrunk * relative)
        });
        Ok(Self { selection, agents, difficulty, fit, noise: noise * shrunk, won: OnceLock::new() })
    }
}

/// Agents with skills at equal steps and prices at equal factors; `calls` gives plan, solution and discount by an agent's price and the
/// largest one's.
fn agents(
    count: u32,
    [small, large]: [f64; 2],
    [cheap, dear]: [f64; 2],
    calls: impl Fn(f64, f64) -> (Call, Call, f64),
) -> Vec<Agent> {
    let agent = |i: u32| {
        let place = f64::from(i) / f64::from(count - 1);
        let price = match i {
            0 => cheap,
            _ if i + 1 == count => dear,
            _ => libm::pow(cheap, 1.0 - place) * libm::pow(dear, place),
        };
        let (plan, solution, discount) = calls(price, dear);
        Agent { skill: small + place * (large - small), plan, solution, discount }
    };
    (0..count).map(agent).collect()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

impl AuctionParameters {
    /// Success of an agent on a task of this difficulty that suits it so.
    fn success(&self, agent: &Agent, difficulty: f64, fit: f64) -> f64 {
        logistic(agent.skill - self.difficulty * difficulty - self.fit * fit)
    }

    /// The largest agent.
    fn largest(&self) -> usize {
        self.agents.len() - 1
    }

    /// What is spent where this agent carries the task out.
    fn spending(&self, winner: usize) -> Spending {
        let mut spending = Spending::default();
        if self.selection == Selection::Auction {
            for agent in &self.agents {
                spending.add(&agent.plan, 1, 0);
            }
            // Plans are written at the same time, and all take as long.
            spending.seconds += self.agents[0].plan.seconds;
        }
        spending.add(&self.agents[winner].solution, 1, 1);
        spending
    }

    /// What the plans of a task cost, in USD.
    fn bids(&self) -> f64 {
        if self.selection != Selection::Auction {
            return 0.0;
        }
        self.agents.iter().map(|agent| agent.plan.dollars()).sum()
    }

    /// Who wins how often, and with what success; `None` where the noise is too small for the quadrature.
    fn won(&self) -> Option<&Won> {
        self.won
            .get_or_init(|| match self.selection {
                Selection::Auction => self.auctioned(),
                Selection::Random => Some(self.assigned(|_| 1.0 / self.agents.len() as f64)),
                Selection::Largest => {
                    Some(self.assigned(|agent| f64::from(u8::from(agent == self.largest()))))
                }
            })
            .as_ref()
    }

    /// Mean of a spending over the winners.
    fn mean(&self, of: impl Fn(&Spending) -> f64) -> Option<f64> {
        let won = self.won()?;
        Some(won.shares.iter().enumerate().map(|(agent, share)| share * of(&self.spending(agent))).sum())
    }
}

impl Answering for AuctionParameters {
    fn expected(&self) -> Option<ExpectedAnswer> {
        Some(ExpectedAnswer {
            answered: 1.0,
            right: self.won()?.success,
            calls: self.mean(|spending| spending.calls as f64)?,
            tokens: self.mean(|spending| spending.tokens as f64)?,
            dollars: self.mean(Spending::dollars)?,
            seconds: self.mean(|spending| spending.seconds)?,
        })
    }
}

/// What became of one task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auctioned {
    answer: Answered,
    largest: bool,
    /// Whether the largest agent would have succeeded by the same luck.
    largest_right: bool,
    /// Whether the winner is the agent whose success less discount is highest.
    best: bool,
    bids: f64,
    /// What the largest agent would have cost, in USD.
    largest_cost: f64,
}

impl Borrow<Answered> for Auctioned {
    fn borrow(&self) -> &Answered {
        &self.answer
    }
}

impl Trial for AuctionParameters {
    type Outcome = Auctioned;

    fn run(&self, draws: &mut Stream) -> Auctioned {
        let difficulty = draws.normal();
        let (mut success, mut known, mut score) =
            ([0.0; MOST_AGENTS as usize], (0, f64::NEG_INFINITY), (0, f64::NEG_INFINITY));
        for (i, agent) in self.agents.iter().enumerate() {
            success[i] = self.success(agent, difficulty, draws.normal());
            let worth = success[i] - agent.discount;
            let bid = worth + self.noise * draws.normal();
            if worth > known.1 {
                known = (i, worth);
            }
            if bid > score.1 {
                score = (i, bid);
            }
        }
        let winner = match self.selection {
            Selection::Auction => score.0,
            Selection::Random => draws.below(self.agents.len() as u64) as usize,
            Selection::Largest => self.largest(),
        };
        let luck = draws.uniform();
        let largest = self.largest();
        Auctioned {
            answer: Answered { right: Some(luck < success[winner]), spending: self.spending(winner) },
            largest: winner == largest,
            largest_right: luck < success[largest],
            best: winner == known.0,
            bids: self.bids(),
            largest_cost: self.agents[largest].solution.dollars(),
        }
    }
}

impl Mechanism for PlanAuction {
    type Parameters = AuctionParameters;
    type Trial = AuctionParameters;

    fn about(&self) -> About {
        About {
            name: "plan-auction",
            summary: "Agents of several sizes bid plans, and the best value for money carries the task out",
            references: &["SALE, arXiv 2602.02751", "mechanisms B26: noisy values, cost, memory"],
        }
    }

    fn measures(&self) -> Vec<Measure<AuctionParameters, Auctioned>> {
        let mut all = measures();
        all.push(
            Measure::share(
                "largest_success",
                "success of the largest agent on the same tasks",
                |o: &Auctioned| Some(o.largest_right),
            )
            .predicted("an integral over difficulty and fit", |p: &AuctionParameters| {
                Some(p.success_of(p.largest()))
            }),
        );
        all.push(
            Measure::share(
                "largest_share",
                "share of tasks that the largest agent carries out",
                |o: &Auctioned| Some(o.largest),
            )
            .predicted("by quadrature", |p: &AuctionParameters| {
                p.won().and_then(|won| won.shares.last().copied())
            }),
        );
        all.push(
            Measure::ratio(
                "relative_cost",
                "cost over that of the largest agent on the same tasks",
                Unit::One,
                |o: &Auctioned| (o.answer.spending.dollars(), o.largest_cost),
            )
            .predicted("by quadrature", |p: &AuctionParameters| {
                Some(p.mean(Spending::dollars)? / p.agents[p.largest()].solution.dollars())
            }),
        );
        all.push(
            Measure::ratio("overhead", "share of the cost that the plans are", Unit::One, |o: &Auctioned| {
                (o.bids, o.answer.spending.dollars())
            })
            .predicted("by quadrature", |p: &AuctionParameters| Some(p.bids() / p.mean(Spending::dollars)?)),
        );
        all.push(Measure::share(
            "chose_best",
            "probability that the agent is the one whose success less its discount is highest",
            |o: &Auctioned| Some(o.best),
        ));
        all
    }

    fn further_predictions(&self) -> Vec<Prediction<AuctionParameters>> {
        vec![
            Prediction::new("random_success", "mean success of all agents", |p| {
                Some(
                    (0..p.agents.len()).map(|agent| p.success_of(agent)).sum::<f64>() / p.agents.len() as f64,
                )
            }),
            Prediction::new(
                "easy_ratio",
                "success of the smallest agent over the largest one's, on tasks 2.5 deviations easier than the mean",
                |p| Some(p.ratio_at(-2.5)),
            ),
            Prediction::new("hard_ratio", "the same on tasks 2.5 deviations harder", |p| {
                Some(p.ratio_at(2.5))
            }),
        ]
    }

    fn trial(&self, parameters: &AuctionParameters) -> Result<AuctionParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
