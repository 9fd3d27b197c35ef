//! The table: one entry per number.

use super::{Claim, Finding};

/// A finding that a model stands for.
const fn finding(
    paper: &'static str,
    what: &'static str,
    reported: &'static str,
    [model, settings, quantity]: [&'static str; 3],
    claim: Claim,
    trials: u64,
) -> Finding {
    Finding { paper, what, reported, model, settings, quantity, claim, trials }
}

/// A number that is only quoted.
const fn quoted(
    paper: &'static str,
    what: &'static str,
    reported: &'static str,
    reason: &'static str,
) -> Finding {
    finding(paper, what, reported, ["", "", ""], Claim::Nothing(reason), 0)
}

const MAKER: &str = "MAKER, arXiv 2511.09030";
const SCALING: &str = "Towards a Science of Scaling Agent Systems, arXiv 2512.08296";
const REVERSAL: &str = "Price Reversal, arXiv 2603.23971";
const TOKEN_BUDGETS: &str = "Token Budgets, arXiv 2606.04056";
const DISTILLATION: &str = "In-Context Distillation and cascades";

/// All findings, by paper.
pub const FINDINGS: &[Finding] = &[
    finding(
        MAKER,
        "margin for a million steps, GPT-4.1-mini (error 0.0022)",
        "3",
        ["margin-vote", "steps=1048575 accuracy=0.9978", "smallest_margin"],
        Claim::Exact(3.0, 6),
        0,
    ),
    finding(
        MAKER,
        "the same, GPT-4.1-nano (0.3571)",
        "29",
        ["margin-vote", "steps=1048575 accuracy=0.6429", "smallest_margin"],
        Claim::Exact(29.0, 6),
        0,
    ),
    finding(
        MAKER,
        "the same, Claude Haiku (0.1839)",
        "12",
        ["margin-vote", "steps=1048575 accuracy=0.8161", "smallest_margin"],
        Claim::Exact(12.0, 6),
        0,
    ),
    finding(
        MAKER,
        "the same, DeepSeek-V3.1 (0.0569)",
        "6",
        ["margin-vote", "steps=1048575 accuracy=0.9431", "smallest_margin"],
        Claim::Exact(6.0, 6),
        0,
    ),
    finding(
        MAKER,
        "cost of a million steps, GPT-4.1-mini; 600 input tokens per call are assumed",
        "3500 USD",
        ["margin-vote", "steps=1048575 accuracy=0.9978 answer_tokens=538", "cost"],
        Claim::Preset(0.97 * 3500.0, 1.03 * 3500.0),
        0,
    ),
    finding(
        MAKER,
        "the same, GPT-4.1-nano",
        "41 900 USD",
        [
            "margin-vote",
            "steps=1048575 accuracy=0.6429 answer_tokens=842 input_price=0.1 output_price=0.4",
            "cost",
        ],
        Claim::Preset(0.97 * 41_900.0, 1.03 * 41_900.0),
        0,
    ),
    finding(
        SCALING,
        "finance, centralized team (single agent 0.349)",
        "0.631",
        ["architecture", "accuracy=0.349 correlation=0.3 coordination_failure=0.018", "success"],
        Claim::Preset(0.6305, 0.632),
        20_000,
    ),
    finding(
        SCALING,
        "planning in ten steps, single agent",
        "0.568",
        ["architecture", "architecture=single task=sequential", "success"],
        Claim::Preset(0.5675, 0.5685),
        20_000,
    ),
    finding(
        SCALING,
        "the same, independent agents",
        "0.170",
        ["architecture", "architecture=independent task=sequential handover=published", "success"],
        Claim::Preset(0.1695, 0.1705),
        20_000,
    ),
    finding(
        SCALING,
        "the same, centralized",
        "0.282",
        ["architecture", "architecture=centralized task=sequential handover=published", "success"],
        Claim::Preset(0.2815, 0.2825),
        20_000,
    ),
    finding(
        SCALING,
        "the same, decentralized",
        "0.332",
        ["architecture", "architecture=decentralized task=sequential handover=published", "success"],
        Claim::Preset(0.3315, 0.3325),
        20_000,
    ),
    finding(
        SCALING,
        "the same, hybrid",
        "0.346",
        ["architecture", "architecture=hybrid task=sequential handover=published", "success"],
        Claim::Preset(0.3455, 0.3465),
        20_000,
    ),
    finding(
        SCALING,
        "accuracy of a single agent from which on teams lose",
        "about 0.45",
        ["architecture", "correlation=0.5 split=0.85 coordination_failure=0.27", "saturation"],
        Claim::Preset(0.44, 0.46),
        0,
    ),
    quoted(
        SCALING,
        "error amplification",
        "17.2, 7.8, 4.4, 5.1",
        "not ratios of failure probabilities, as the paper's own table shows; the model counts errors",
    ),
    quoted(SCALING, "success per thousand tokens", "67.7 to 13.6", "the units are unclear"),
    finding(
        "The Cognitive Penalty",
        "time of deliberation over that of a reflex of 13 s",
        "17 times",
        ["deliberation", "", "time"],
        Claim::Above(17.0 * 13.0),
        20_000,
    ),
    quoted(
        "The Cognitive Penalty",
        "stability of consensus",
        "72.6 %",
        "near 1 - 0.267, but not derived from it in the paper",
    ),
    finding(
        "Cost-of-Pass",
        "a majority of five costs more per right answer than one answer (0.00173 USD at accuracy 0.6)",
        "rarely justifies its cost",
        ["vote", "voters=5 accuracy=0.6", "cost_of_pass"],
        Claim::Above(0.00104 / 0.6),
        20_000,
    ),
    quoted(
        "Efficient Agents",
        "improvement in cost-of-pass",
        "28.4 %",
        "0.228/0.967 over 0.398 is an improvement of 40.8 %",
    ),
    finding(
        DISTILLATION,
        "episodes until examples worth 500 of the teacher's have paid off (0.024 against 0.059 USD)",
        "843",
        [
            "cascade",
            "votes=1 prompt_tokens=0 answer_tokens=24000 output_price=1 teacher_prompt_tokens=0 teacher_answer_tokens=59000 teacher_output_price=1 example_cost=29.5",
            "break_even",
        ],
        Claim::Exact(843.0, 6),
        0,
    ),
    finding(
        "Multi-Agent Teams Hold Experts Back, arXiv 2602.01011",
        "loss of the team against its expert",
        "8.1 % to 37.6 %",
        ["expert-dilution", "", "synergy_gap"],
        Claim::Below(0.0),
        0,
    ),
    finding(
        REVERSAL,
        "share of pairs of models whose costs are not in the order of their list prices",
        "21.8 %",
        ["price-reversal", "", "reversed"],
        Claim::Preset(0.2135, 0.2235),
        20_000,
    ),
    finding(
        REVERSAL,
        "Kendall's tau of list prices and costs",
        "0.563",
        ["price-reversal", "", "kendall_tau"],
        Claim::Preset(0.558, 0.568),
        0,
    ),
    finding(
        REVERSAL,
        "the same without thinking tokens",
        "0.873",
        ["price-reversal", "", "kendall_tau_without_thinking"],
        Claim::Preset(0.868, 0.878),
        0,
    ),
    quoted(REVERSAL, "share of reversed pairs in a later version", "32 %", "another set of models"),
    finding(
        TOKEN_BUDGETS,
        "three calls of 23 race for a cap of 60, each estimated at 31",
        "69 spent",
        [
            "ledger",
            "ledger=racy cap=60 children=3 calls=1 cost=23 cost_sigma=0 margin=1.3478260869565217 call_deviation=0 failure=0",
            "spend",
        ],
        Claim::Exact(69.0, 6),
        100,
    ),
    finding(
        TOKEN_BUDGETS,
        "the same with reservations behind a lock",
        "no overspend in 30 runs",
        [
            "ledger",
            "ledger=reserve cap=60 children=3 calls=1 cost=23 cost_sigma=0 margin=1.3478260869565217 call_deviation=0 failure=0",
            "overshoot",
        ],
        Claim::Exact(0.0, 6),
        100,
    ),
    finding(
        "The Cost of Dynamic Reasoning, arXiv 2506.04301",
        "share of the time in which a server works for one agent, tools taking 30.2 s to its 69.4",
        "69.4 % to 30.2 %",
        ["queue", "population=1 think_time=30.2 service_time=69.4", "utilization"],
        Claim::Exact(0.6968, 4),
        20,
    ),
    finding(
        "RAMP, arXiv 2605.27492",
        "completion of the last of five stages after the first",
        "20.0 %",
        ["pipeline", "stages=5", "completed"],
        Claim::Preset(0.1995, 0.2005),
        20_000,
    ),
    finding(
        "BATS, arXiv 2511.17006",
        "BrowseComp with 100 calls, an agent that knows its budget",
        "24.6 %",
        ["tool-budget", "budget=100", "success"],
        Claim::Preset(0.241, 0.251),
        20_000,
    ),
    finding(
        "BATS, arXiv 2511.17006",
        "the same, an agent that does not",
        "12.6 %",
        ["tool-budget", "budget=100 agent=unaware", "success"],
        Claim::Preset(0.121, 0.131),
        20_000,
    ),
    quoted("R^3L", "relative improvement", "5 % to 52 %", "a result of training"),
    quoted(
        "BAVT, arXiv 2603.12634",
        "a low budget beats parallel sampling at four times the budget",
        "4 times",
        "the bound is not public, and the model has no depth",
    ),
    quoted("CheckFree", "gain in wall-clock time of training", "> 12 %", "a result of training"),
    quoted("MCPP, arXiv 2605.06110", "completion under budgets and deadlines", "none", "no table is public"),
];
