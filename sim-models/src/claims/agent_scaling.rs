//! What "Towards a Science of Scaling Agent Systems" (arXiv 2512.08296) observed, as the theory would have it: agreement of signs only
//! (section 6; the pairing is a guess).

use super::claim::Claim;
use super::setting::{layer, tree};
use crate::theory::leaf::LeafLaw;

/// Reported as agreement of sign; the theory predicts no magnitude for these tasks.
const SOURCE: &str = "Kim et al., arXiv 2512.08296, paired by guess (6): sign only";
/// Of a sign: -1 or 1.
const MARGIN: f64 = 0.2;
/// Half-width at which the sampled differences below have a certain sign.
const HALF_WIDTH: f64 = 0.01;

pub(super) fn claims() -> Vec<Claim> {
    vec![cascade(), strong_baseline(), decomposable(), verification(), crowding()]
}

fn sign(id: &'static str, sentence: &'static str, sign: f64) -> Claim {
    Claim::equality(id, sentence, SOURCE, MARGIN)
        .predicting(move || vec![sign])
        .contrary_to(move || vec![-sign])
}

fn cascade() -> Claim {
    sign(
        "scaling-sequential-tasks-lose",
        "Handing a sequential task on loses accuracy: a relay is subcritical.",
        -1.0,
    )
    .measuring(|sampler| {
        let relay = sampler.tree(&tree(layer(1, 0.0, 0.9)?, 0.4, 5)?, HALF_WIDTH)?;
        Ok(vec![relay.map(|bias| bias - 0.4).sign()])
    })
}

fn strong_baseline() -> Claim {
    sign(
        "scaling-strong-baseline-loses",
        "Above a strong single agent a team has negative returns: it holds less than the agent knows.",
        -1.0,
    )
    .measuring(|sampler| {
        let team = sampler.tree(&tree(layer(5, 0.3, 0.7)?, 0.9, 2)?, HALF_WIDTH)?;
        Ok(vec![team.map(|bias| bias - 0.9).sign()])
    })
}

fn decomposable() -> Claim {
    sign(
        "scaling-decomposable-tasks-gain",
        "With faithful channels and little correlation a team gains at equal budget.",
        1.0,
    )
    .measuring(|sampler| {
        // A budget of 10 000 tokens: 25 leaves of 280 tokens and their messages of 50, or one agent.
        let law = LeafLaw::new(0.04, 0.2);
        let team = sampler.tree(&tree(layer(5, 0.1, 0.9)?, law.bias(280.0), 2)?, HALF_WIDTH)?;
        let single = law.bias(1e4);
        Ok(vec![team.map(|bias| bias - single).sign()])
    })
}

fn verification() -> Claim {
    sign(
        "scaling-verification-contains-errors",
        "A coordinator that compares answers contains errors that a relay passes on.",
        1.0,
    )
    .measuring(|sampler| {
        let compared = sampler.tree(&tree(layer(3, 0.1, 0.8)?, 0.4, 3)?, HALF_WIDTH)?;
        let relayed = sampler.tree(&tree(layer(1, 0.0, 0.8)?, 0.4, 3)?, HALF_WIDTH)?;
        Ok(vec![compared.minus(relayed).sign()])
    })
}

fn crowding() -> Claim {
    sign(
        "scaling-crowding-thins-reasoning",
        "At a fixed budget more agents in a star reason less each, and beyond a number the team gets worse.",
        -1.0,
    )
    .measuring(|sampler| {
        // 2000 tokens and messages of 50 that are written and read.
        let law = LeafLaw::new(0.01, 0.4);
        let mut team = |agents: u32| {
            let tokens = 2000.0 / f64::from(agents) - 100.0;
            sampler.tree(&tree(layer(agents, 0.2, 0.9)?, law.bias(tokens), 1)?, HALF_WIDTH)
        };
        let (few, many) = (team(3)?, team(19)?);
        Ok(vec![many.minus(few).sign()])
    })
}
