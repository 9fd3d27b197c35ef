//! A team that compromises between its expert and everybody else (mechanisms B38).
//!
//! Member `j` prevails with its weight `w_j = (1 - lambda) e_j + lambda/n`: `e` is 1 for the member taken for the expert, and `lambda` is
//! the integrative compromise. Averaging opinions with these weights (DeGroot) reaches them in one round, because all members use the
//! same.

use sim_core::random::Stream;

use super::trial::{Measure, Mechanism, Trial};
use crate::registry::{About, Form, ParameterError, Parameters, Prediction, Unit, boolean, integer, real};

/// The model `expert-dilution`.
#[derive(Clone, Copy, Debug)]
pub struct ExpertDilution;

/// Parameters of [`ExpertDilution`].
#[derive(Clone, Debug)]
pub struct DilutionParameters {
    members: u32,
    expert: f64,
    others: f64,
    compromise: f64,
    identification: f64,
    adversary: bool,
}

impl Parameters for DilutionParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let members = form.read(
            integer("members", 5).between(2, 10_000).unit(Unit::Agents).help("members, the expert included"),
        )?;
        let probability = |key, default| real(key, default).between(0.0, 1.0);
        let expert = form.read(probability("expert", 0.8).help("accuracy of the expert"))?;
        let others = form.read(probability("others", 0.4).help("accuracy of the others"))?;
        let growth = form.read(real("compromise_growth", 0.1).between(0.0, 100.0).help(
            "rate l at which a team compromises the more the larger it is: 1 - exp(-l (n - 1)), compromise = grows",
        ))?;
        let compromise = form.read(
            probability("compromise", 0.5)
                .help("weight of equality: 0 is to defer to the expert, 1 to count all alike")
                .or_word("grows", "with the size of the team"),
        )?;
        let identification = form.read(
            probability("identification", 1.0)
                .help("probability that the true expert is taken for it, and not one of the others"),
        )?;
        let adversary = form.read(
            boolean("adversary", false)
                .help("one of the others is always wrong and always taken for the expert"),
        )?;
        let grown = || -libm::expm1(-growth * f64::from(members - 1));
        let compromise = compromise.unwrap_or_else(grown);
        Ok(Self { members, expert, others, compromise, identification, adversary })
    }
}

impl DilutionParameters {
    /// Accuracy of a member: 0 is the expert, 1 may be the adversary.
    fn accuracy(&self, member: u64) -> f64 {
        match member {
            0 => self.expert,
            1 if self.adversary => 0.0,
            _ => self.others,
        }
    }

    fn team(&self) -> f64 {
        let rest = f64::from(self.members) - 2.0;
        let all = self.expert + self.accuracy(1) + rest * self.others;
        let deferred = if self.adversary {
            0.0
        } else {
            self.identification * self.expert + (1.0 - self.identification) * self.others
        };
        (1.0 - self.compromise) * deferred + self.compromise * all / f64::from(self.members)
    }
}

/// Whether the team and the expert were right on one question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TeamResult {
    team: bool,
    expert: bool,
}

impl Trial for DilutionParameters {
    type Outcome = TeamResult;

    fn run(&self, draws: &mut Stream) -> TeamResult {
        let expert = draws.uniform() < self.expert;
        let members = u64::from(self.members);
        let prevails = if draws.uniform() < self.compromise {
            draws.below(members)
        } else if self.adversary {
            1
        } else if draws.uniform() < self.identification {
            0
        } else {
            1 + draws.below(members - 1)
        };
        let team = if prevails == 0 { expert } else { draws.uniform() < self.accuracy(prevails) };
        TeamResult { team, expert }
    }
}

impl Mechanism for ExpertDilution {
    type Parameters = DilutionParameters;
    type Trial = DilutionParameters;

    fn about(&self) -> About {
        About {
            name: "expert-dilution",
            summary: "A team compromises between its expert and everybody else",
            references: &[
                "Multi-Agent Teams Hold Experts Back, arXiv 2602.01011",
                "mechanisms B38: integrative compromise",
            ],
        }
    }

    fn measures(&self) -> Vec<Measure<DilutionParameters, TeamResult>> {
        vec![
            Measure::share("accuracy", "probability that the team is right", |o: &TeamResult| Some(o.team))
                .predicted("mean of the members' accuracies by their weights", |p: &DilutionParameters| {
                    Some(p.team())
                }),
            Measure::share("expert_accuracy", "probability that the expert is right", |o: &TeamResult| {
                Some(o.expert)
            })
            .predicted("the parameter", |p: &DilutionParameters| Some(p.expert)),
            Measure::ratio(
                "relative_accuracy",
                "accuracy of the team over that of the expert",
                Unit::One,
                |o: &TeamResult| (f64::from(u8::from(o.team)), f64::from(u8::from(o.expert))),
            )
            .predicted("of the two predictions", |p: &DilutionParameters| Some(p.team() / p.expert)),
        ]
    }

    fn further_predictions(&self) -> Vec<Prediction<DilutionParameters>> {
        vec![Prediction::new("synergy_gap", "(team - expert)/expert", |p| Some(p.team() / p.expert - 1.0))]
    }

    fn trial(&self, parameters: &DilutionParameters) -> Result<DilutionParameters, ParameterError> {
        Ok(parameters.clone())
    }
}
