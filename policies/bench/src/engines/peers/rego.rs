//! Rego, by regorus: chains of rules, denials first, that end with the first that holds. Both of its ways to run them.

use std::fmt::{self, Write as _};
use std::hint::black_box;
use std::sync::Arc;

use anyhow::Context as _;
use policies::facts::Facts;
use policies::rules::Rule;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{CompiledPolicy, Engine as Regorus, Rc, Value};

use super::{Answer, Engine, named, wants};

/// What is asked of the policy.
const RULE: &str = "data.chancery.rule";

/// How many rules stand in one chain.
const CHAIN: usize = 8;

/// The interpreter.
pub(super) struct Interpreter {
    policy: CompiledPolicy,
    inputs: Vec<Value>,
}

/// The virtual machine.
pub(super) struct Machine {
    machine: RegoVM,
    inputs: Vec<Value>,
}

impl Interpreter {
    pub(super) fn new(rules: &[Rule], questions: &[Facts]) -> anyhow::Result<Self> {
        Ok(Self { policy: compile(rules)?, inputs: questions.iter().map(input).collect() })
    }

    fn ask(&self, question: usize) -> anyhow::Result<Value> {
        let input = self.inputs.get(question).context("there is no such question")?;
        self.policy.eval_with_input(input.clone())
    }
}

impl Machine {
    pub(super) fn new(rules: &[Rule], questions: &[Facts]) -> anyhow::Result<Self> {
        let program = Compiler::compile_from_policy(&compile(rules)?, &[RULE])
            .map_err(|error| anyhow::anyhow!("the virtual machine does not take the policy: {error}"))?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        Ok(Self { machine, inputs: questions.iter().map(input).collect() })
    }

    fn ask(&mut self, question: usize) -> anyhow::Result<Value> {
        let input = self.inputs.get(question).context("there is no such question")?;
        self.machine.set_input(input.clone());
        self.machine.execute().map_err(|error| anyhow::anyhow!("{error}"))
    }
}

impl Engine for Interpreter {
    fn name(&self) -> &'static str {
        "regorus, interpreter"
    }

    fn decide(&mut self, question: usize) -> anyhow::Result<()> {
        black_box(self.ask(question)?);
        Ok(())
    }

    fn answer(&mut self, question: usize) -> anyhow::Result<Answer> {
        answer(&self.ask(question)?)
    }
}

impl Engine for Machine {
    fn name(&self) -> &'static str {
        "regorus, virtual machine"
    }

    fn decide(&mut self, question: usize) -> anyhow::Result<()> {
        black_box(self.ask(question)?);
        Ok(())
    }

    fn answer(&mut self, question: usize) -> anyhow::Result<Answer> {
        answer(&self.ask(question)?)
    }
}

fn answer(said: &Value) -> anyhow::Result<Answer> {
    let code = said.as_string()?.to_string();
    // Rules that permit are called so.
    Ok((code.starts_with('A'), code))
}

fn compile(rules: &[Rule]) -> anyhow::Result<CompiledPolicy> {
    let mut engine = Regorus::new();
    engine.add_policy("policy.rego".to_owned(), module(rules)?)?;
    let entry: Rc<str> = Arc::from(RULE);
    engine.compile_with_entrypoint(&entry)
}

/// Chains of a few rules each, and one that asks them in turn: the virtual machine has registers for no more in one.
fn module(rules: &[Rule]) -> Result<String, fmt::Error> {
    let chains: Vec<String> =
        (0..rules.len().div_ceil(CHAIN)).map(|number| format!("chain_{number}")).collect();
    let mut text = "package chancery\nimport rego.v1\ndefault rule := \"default\"\n".to_owned();
    let asks = chains.iter().map(|chain| format!(":= {chain} if {chain} != \"none\""));
    text.push_str(&chain("rule", asks));
    for (name, rules) in chains.iter().zip(rules.chunks(CHAIN)) {
        let links = rules.iter().map(|rule| format!(":= \"{}\" if {{\n{}}}", rule.id, body(rule)));
        // The virtual machine of 0.14 ends a chain where a link asks for what is undefined, so each chain says something.
        writeln!(text, "default {name} := \"none\"")?;
        text.push_str(&chain(name, links));
    }
    Ok(text)
}

fn chain(name: &str, links: impl Iterator<Item = String>) -> String {
    let links: Vec<String> = links.collect();
    format!("{name} {}\n", links.join(" else "))
}

fn body(rule: &Rule) -> String {
    let conditions = wants(rule).into_iter().map(|(column, values)| match values.as_slice() {
        [one] => format!("    input.{column} == \"{one}\"\n"),
        _ => format!("    input.{column} in {{{}}}\n", quoted(&values)),
    });
    conditions.collect()
}

fn quoted(values: &[String]) -> String {
    values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", ")
}

fn input(facts: &Facts) -> Value {
    let mut input = Value::new_object();
    if let Ok(columns) = input.as_object_mut() {
        columns.extend(named(facts).map(|(column, value)| (Value::from(column), Value::from(value))));
    }
    input
}
