//! A model of the disk layer's protocol, and an exhaustive search of its states.
//!
//! Three writers run in every interleaving, with crashes and a power cut after every step. The protocol loses no token; each
//! faulty variant loses one, tears the file or fails.

use std::collections::HashSet;

const WRITERS: usize = 3;
/// The file; for each writer a temporary file, an opened old one, and one left by a crash.
const INODES: usize = 1 + 3 * WRITERS;

/// The faults of a variant.
#[derive(Clone, Copy, Default)]
pub(crate) struct Faults {
    pub(crate) no_lock: bool,
    pub(crate) no_check_after_lock: bool,
    pub(crate) no_temp_file_lock: bool,
    pub(crate) no_temp_file_check: bool,
    pub(crate) rename_over: bool,
    pub(crate) no_sync: bool,
    pub(crate) no_directory_sync: bool,
    pub(crate) early_directory_sync: bool,
    pub(crate) no_lock_when_removing: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Inode {
    /// One bit for each token.
    content: u8,
    complete: bool,
    synced: bool,
    /// The writer that holds the lock, from 1.
    lock: u8,
    /// Whether it has a temporary name.
    temporary: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Step {
    #[default]
    Open,
    Lock,
    Check,
    FindStale,
    RemoveStale,
    Read,
    Create,
    LockTemp,
    CheckTemp,
    Write,
    Sync,
    CheckOld,
    Rename,
    SyncDirectory,
    Done,
    Crashed,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Writer {
    step: Step,
    old: Option<u8>,
    read: u8,
    new: Option<u8>,
    /// The temporary file that it removes as stale.
    stale: Option<u8>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    inodes: [Inode; INODES],
    name: Option<u8>,
    /// The inode with the name after a power cut, unless the last rename reached the disk on its own.
    durable: Option<u8>,
    writers: [Writer; WRITERS],
    acknowledged: u8,
    crashes: u8,
}

/// Explores every reachable state. Returns their number, and the first problem.
pub(crate) fn explore(faults: Faults, exists: bool, crashes: u8) -> (usize, Option<String>) {
    let mut first = State {
        inodes: [Inode::default(); INODES],
        name: None,
        durable: None,
        writers: [Writer::default(); WRITERS],
        acknowledged: 0,
        crashes,
    };
    if exists {
        first.inodes[0] = Inode { complete: true, synced: true, ..Inode::default() };
        first.name = Some(0);
        first.durable = Some(0);
    }
    let (mut seen, mut open) = (HashSet::from([first.clone()]), vec![first]);
    while let Some(state) = open.pop() {
        for writer in 0..WRITERS {
            let mut next = match state.step(writer, faults) {
                Ok(next) => next,
                Err(problem) => return (seen.len(), Some(problem.into())),
            };
            if state.crashes > 0 && !matches!(state.writers[writer].step, Step::Done | Step::Crashed) {
                next.push(state.crash(writer));
            }
            for state in next {
                if let Some(problem) = state.problem() {
                    return (seen.len(), Some(problem.into()));
                }
                if seen.insert(state.clone()) {
                    open.push(state);
                }
            }
        }
    }
    (seen.len(), None)
}

impl State {
    fn problem(&self) -> Option<&'static str> {
        for named in [self.name, self.durable] {
            let Some(inode) = named.map(|inode| self.inodes[usize::from(inode)]) else {
                if self.acknowledged != 0 {
                    return Some("no file after an acknowledgement");
                }
                continue;
            };
            if !inode.complete || !inode.synced {
                return Some("torn after a power cut");
            }
            if inode.content & self.acknowledged != self.acknowledged {
                return Some("lost");
            }
        }
        None
    }

    fn crash(&self, writer: usize) -> Self {
        let mut state = self.clone();
        state.release(writer);
        state.writers[writer] = Writer { step: Step::Crashed, ..Writer::default() };
        state.crashes -= 1;
        state
    }

    fn release(&mut self, writer: usize) {
        let me = writer as u8 + 1;
        self.inodes.iter_mut().filter(|inode| inode.lock == me).for_each(|inode| inode.lock = 0);
    }

    /// Returns an unused inode.
    fn unused_inode(&self) -> u8 {
        let used = |inode: u8| {
            let one = Some(inode);
            let by_a_writer = |w: &Writer| w.old == one || w.new == one || w.stale == one;
            self.name == one
                || self.durable == one
                || self.inodes[usize::from(inode)].temporary
                || self.writers.iter().any(by_a_writer)
        };
        (0..INODES as u8).find(|&inode| !used(inode)).expect("an inode")
    }

    /// Returns a writer to its first step.
    fn restart(&mut self, writer: usize) {
        self.release(writer);
        self.writers[writer] = Writer::default();
    }

    /// Returns the states after the next step of a writer: none if it is done, several if it has a choice.
    fn step(&self, writer: usize, faults: Faults) -> Result<Vec<Self>, &'static str> {
        let me = writer as u8 + 1;
        let mut state = self.clone();
        let w = self.writers[writer];
        let (old, new) = (w.old.map(usize::from), w.new.map(usize::from));
        let go = |state: &mut Self, step: Step| state.writers[writer].step = step;
        match w.step {
            Step::Open => {
                state.writers[writer].old = self.name;
                go(&mut state, if self.name.is_some() { Step::Lock } else { Step::FindStale });
            }
            Step::Lock => match old {
                Some(old) if !faults.no_lock && self.inodes[old].lock != 0 => state.restart(writer),
                Some(old) => {
                    if !faults.no_lock {
                        state.inodes[old].lock = me;
                    }
                    go(&mut state, Step::Check);
                }
                None => {}
            },
            Step::Check if self.name == w.old || faults.no_check_after_lock => {
                go(&mut state, Step::FindStale)
            }
            Step::Check => state.restart(writer),
            Step::FindStale => {
                let mut next = Vec::new();
                for (at, inode) in self.inodes.iter().enumerate() {
                    let free = inode.lock == 0 || faults.no_lock_when_removing;
                    if inode.temporary && free && w.new != Some(at as u8) {
                        let mut state = self.clone();
                        if !faults.no_lock_when_removing {
                            state.inodes[at].lock = me;
                        }
                        state.writers[writer].stale = Some(at as u8);
                        go(&mut state, Step::RemoveStale);
                        next.push(state);
                    }
                }
                go(&mut state, Step::Read);
                next.push(state);
                return Ok(next);
            }
            Step::RemoveStale => {
                if let Some(left) = w.stale.map(usize::from) {
                    state.inodes[left].temporary = false;
                    if state.inodes[left].lock == me {
                        state.inodes[left].lock = 0;
                    }
                }
                state.writers[writer].stale = None;
                go(&mut state, Step::FindStale);
            }
            Step::Read => {
                state.writers[writer].read = old.map_or(0, |old| self.inodes[old].content);
                go(&mut state, Step::Create);
            }
            Step::Create => {
                let new = self.unused_inode();
                state.inodes[usize::from(new)] = Inode { temporary: true, ..Inode::default() };
                state.writers[writer].new = Some(new);
                go(&mut state, if faults.no_temp_file_lock { Step::Write } else { Step::LockTemp });
            }
            Step::LockTemp => {
                let new = new.ok_or("no new file")?;
                if self.inodes[new].lock == 0 {
                    state.inodes[new].lock = me;
                    go(&mut state, if faults.no_temp_file_check { Step::Write } else { Step::CheckTemp });
                } else {
                    state.inodes[new].temporary = false;
                    state.writers[writer].new = None;
                    go(&mut state, Step::Create);
                }
            }
            Step::CheckTemp => {
                let new = new.ok_or("no new file")?;
                if self.inodes[new].temporary {
                    go(&mut state, Step::Write);
                } else {
                    state.inodes[new].lock = 0;
                    state.writers[writer].new = None;
                    go(&mut state, Step::Create);
                }
            }
            Step::Write => {
                let new = new.ok_or("no new file")?;
                state.inodes[new].content = w.read | 1 << writer;
                state.inodes[new].complete = true;
                go(&mut state, Step::Sync);
            }
            Step::Sync => {
                let new = new.ok_or("no new file")?;
                state.inodes[new].synced = !faults.no_sync;
                go(
                    &mut state,
                    if faults.early_directory_sync { Step::SyncDirectory } else { Step::CheckOld },
                );
            }
            Step::CheckOld if self.name == w.old || faults.no_check_after_lock || w.old.is_none() => {
                go(&mut state, Step::Rename);
            }
            Step::CheckOld => {
                if let Some(new) = new {
                    state.inodes[new].temporary = false;
                }
                state.restart(writer);
            }
            Step::Rename => {
                let new = new.ok_or("no new file")?;
                if !self.inodes[new].temporary {
                    return Err("error: another writer removed the temporary file");
                }
                state.inodes[new].temporary = false;
                if w.old.is_none() && self.name.is_some() && !faults.rename_over {
                    state.restart(writer);
                } else {
                    state.name = Some(new as u8);
                    let last = faults.no_directory_sync || faults.early_directory_sync;
                    go(&mut state, if last { Step::Done } else { Step::SyncDirectory });
                }
            }
            Step::SyncDirectory => {
                state.durable = self.name;
                go(&mut state, if faults.early_directory_sync { Step::CheckOld } else { Step::Done });
            }
            Step::Done | Step::Crashed => return Ok(Vec::new()),
        }
        if state.writers[writer].step == Step::Done {
            state.release(writer);
            state.writers[writer] = Writer { step: Step::Done, ..Writer::default() };
            state.acknowledged |= 1 << writer;
        }
        Ok(vec![state])
    }
}
