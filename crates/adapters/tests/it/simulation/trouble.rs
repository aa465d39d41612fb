//! What goes wrong, and for how long.

use std::time::Duration;

use turmoil::Sim;

use super::dice::Dice;
use super::world::{RECEIVERS, SENDERS, World};

/// Something that is wrong from one instant to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble {
    begins: Duration,
    ends: Duration,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The process is killed, and started again at the end.
    Dead(&'static str),
    /// Nothing gets through.
    Cut(&'static str, &'static str),
    /// What the sender sends gets through, and no answer.
    CutBack(&'static str, &'static str),
    /// Everything is held back, and arrives at the end.
    Held(&'static str, &'static str),
    /// Everything takes up to this long.
    Slow(&'static str, &'static str, Duration),
    /// The receiver misbehaves.
    Rude(&'static str),
}

/// Gives the troubles of a round that lasts for `round`: of each process, link and receiver one after the other, of
/// all of them at once.
pub(super) fn plan(dice: &mut Dice, round: Duration) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for host in SENDERS.into_iter().chain(RECEIVERS) {
        sequence(dice, round, &mut troubles, |_| Kind::Dead(host));
    }
    for receiver in RECEIVERS {
        sequence(dice, round, &mut troubles, |_| Kind::Rude(receiver));
        for sender in SENDERS {
            sequence(dice, round, &mut troubles, |dice| match dice.below(4) {
                0 => Kind::Cut(sender, receiver),
                1 => Kind::CutBack(sender, receiver),
                2 => Kind::Held(sender, receiver),
                _ => Kind::Slow(sender, receiver, dice.seconds(5, 60)),
            });
        }
    }
    troubles
}

fn sequence(
    dice: &mut Dice,
    round: Duration,
    troubles: &mut Vec<Trouble>,
    mut kind: impl FnMut(&mut Dice) -> Kind,
) {
    let mut begins = dice.seconds(0, 900);
    while begins < round {
        // Most are short, some last.
        let most = [20, 120, 1_500][dice.below(3) as usize];
        let ends = (begins + dice.seconds(2, most)).min(round);
        troubles.push(Trouble { begins, ends, kind: kind(dice) });
        begins = ends + dice.seconds(20, 1_800);
    }
}

/// The beginning or the end of a trouble.
pub(super) struct Turn {
    pub(super) at: Duration,
    kind: Kind,
    is_end: bool,
}

impl Trouble {
    /// Gives its beginning and its end.
    pub(super) fn turns(&self) -> [Turn; 2] {
        let turn = |at, is_end| Turn { at, kind: self.kind, is_end };
        [turn(self.begins, false), turn(self.ends, true)]
    }
}

impl Turn {
    /// Makes it so; `usual` is the longest latency of a link without trouble.
    pub(super) fn make(&self, sim: &mut Sim<'_>, world: &World, usual: Duration) {
        let over = if self.is_end { " is over" } else { "" };
        world.ledger.lock().unwrap().note(sim.elapsed(), &format!("{:?}{over}", self.kind));
        if self.is_end { self.end(sim, world, usual) } else { self.begin(sim, world) }
    }

    fn begin(&self, sim: &mut Sim<'_>, world: &World) {
        match self.kind {
            Kind::Dead(host) => sim.crash(host),
            Kind::Cut(sender, receiver) => sim.partition(sender, receiver),
            Kind::CutBack(sender, receiver) => sim.partition_oneway(receiver, sender),
            Kind::Held(sender, receiver) => sim.hold(sender, receiver),
            Kind::Slow(sender, receiver, most) => sim.set_link_max_message_latency(sender, receiver, most),
            Kind::Rude(receiver) => drop(world.rude.lock().unwrap().insert(receiver)),
        }
    }

    fn end(&self, sim: &mut Sim<'_>, world: &World, usual: Duration) {
        match self.kind {
            Kind::Dead(host) => sim.bounce(host),
            Kind::Cut(sender, receiver) => sim.repair(sender, receiver),
            Kind::CutBack(sender, receiver) => sim.repair_oneway(receiver, sender),
            Kind::Held(sender, receiver) => sim.release(sender, receiver),
            Kind::Slow(sender, receiver, _) => sim.set_link_max_message_latency(sender, receiver, usual),
            Kind::Rude(receiver) => drop(world.rude.lock().unwrap().remove(receiver)),
        }
    }
}
