//! Members of a filter: fields, and operators that need none.

use serde_json::{Map, Value};

use super::{Level, Reader, no_operator};
use crate::FilterError;
use crate::clause::Clause;
use crate::condition::{Comparison, Condition};
use crate::expression::Expression;
use crate::path::Path;
use crate::place::Place;
use crate::words::Words;

impl Reader {
    /// Adds what all the members ask for.
    pub(super) fn clauses(
        &mut self,
        members: Map<String, Value>,
        level: Level,
        place: Place<'_>,
        to: &mut Vec<Clause>,
    ) -> Result<(), FilterError> {
        for (name, operand) in members {
            let place = place.name(&name);
            self.budget.clause(place)?;
            if name.starts_with('$') {
                self.clause(&name, operand, level, place, to)?;
            } else {
                self.field(&name, operand, place, to)?;
            }
        }
        Ok(())
    }

    fn clause(
        &mut self,
        name: &str,
        operand: Value,
        level: Level,
        place: Place<'_>,
        to: &mut Vec<Clause>,
    ) -> Result<(), FilterError> {
        match name {
            "$and" => self.ways(operand, level, place)?.into_iter().for_each(|way| to.extend(way)),
            "$or" => to.push(Clause::Any(self.ways(operand, level, place)?)),
            "$nor" => {
                let any = Clause::Any(self.ways(operand, level, place)?);
                to.push(Clause::Not(Box::new(any)));
            }
            "$comment" => {}
            "$expr" | "$text" if level == Level::Element => {
                return Err(place.unknown("stands outside of $elemMatch only"));
            }
            "$expr" => {
                let expression = Expression::parse(operand, place, &mut self.budget)?;
                to.push(Clause::Expression(expression));
            }
            "$text" => to.push(Clause::Words(Words::parse(&operand, place)?)),
            _ => return Err(no_operator(name, place)),
        }
        Ok(())
    }

    /// The operand of `$and`, `$or` and `$nor`.
    fn ways(
        &mut self,
        operand: Value,
        level: Level,
        place: Place<'_>,
    ) -> Result<Vec<Vec<Clause>>, FilterError> {
        let Value::Array(items) = operand else {
            return Err(place.unknown("takes an array of filters"));
        };
        if items.is_empty() {
            return Err(place.unknown("takes at least one filter"));
        }
        let mut ways = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            let place = place.item(at);
            self.budget.clause(place)?;
            let Value::Object(members) = item else {
                return Err(place.unknown("is not a filter"));
            };
            let mut way = Vec::new();
            self.clauses(members, level, place, &mut way)?;
            ways.push(way);
        }
        Ok(ways)
    }

    fn field(
        &mut self,
        name: &str,
        operand: Value,
        place: Place<'_>,
        to: &mut Vec<Clause>,
    ) -> Result<(), FilterError> {
        let path = Path::parse(name, place)?;
        match operand {
            Value::Object(operators) if operators.keys().any(|name| name.starts_with('$')) => {
                let conditions = self.conditions(operators, place)?;
                to.extend(conditions.into_iter().map(|one| Clause::Field(path.clone(), one)));
            }
            value => to.push(Clause::Field(path, Condition::Compare(Comparison::Equal, value))),
        }
        Ok(())
    }
}
