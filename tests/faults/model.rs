//! The protocol of the disk layer as a small machine: three writers, every interleaving of their steps, a crash of any of
//! them anywhere, and a power cut after every step. It must never lose; each of its broken variants must.

use std::collections::HashSet;

const WRITERS: usize = 3;
/// The file, a new file and an opened old one for each writer, and what crashed ones left.
const INODES: usize = 1 + 3 * WRITERS;

/// What a variant leaves out.
#[derive(Clone, Copy, Default)]
pub(crate) struct Broken {
    pub(crate) lock: bool,
    pub(crate) second_look: bool,
    pub(crate) lock_of_the_new_file: bool,
    pub(crate) look_at_the_new_file: bool,
    pub(crate) no_replace: bool,
    pub(crate) sync: bool,
    pub(crate) sync_of_the_directory: bool,
    pub(crate) sync_before_rename: bool,
    pub(crate) lock_when_cleaning: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Inode {
    /// One bit for each token.
    content: u8,
    whole: bool,
    synced: bool,
    /// The writer, from 1.
    lock: u8,
    /// It has a temporary name.
    temporary: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Step {
    #[default]
    Open,
    Lock,
    Look,
    CleanLock,
    CleanUnlink,
    Read,
    Create,
    LockNew,
    LookNew,
    Write,
    Sync,
    LookAgain,
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
    /// What it is removing as a left-over.
    cleaning: Option<u8>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    inodes: [Inode; INODES],
    name: Option<u8>,
    /// What has the name after a power cut, unless the last rename came to the disk on its own.
    durable: Option<u8>,
    writers: [Writer; WRITERS],
    acknowledged: u8,
    crashes: u8,
}

/// Looks at every state that can be reached. How many, and the first thing that is wrong.
pub(crate) fn explore(broken: Broken, exists: bool, crashes: u8) -> (usize, Option<String>) {
    let mut first = State {
        inodes: [Inode::default(); INODES],
        name: None,
        durable: None,
        writers: [Writer::default(); WRITERS],
        acknowledged: 0,
        crashes,
    };
    if exists {
        first.inodes[0] = Inode { whole: true, synced: true, ..Inode::default() };
        first.name = Some(0);
        first.durable = Some(0);
    }
    let (mut seen, mut open) = (HashSet::from([first.clone()]), vec![first]);
    while let Some(state) = open.pop() {
        for writer in 0..WRITERS {
            let mut next = match state.step(writer, broken) {
                Ok(next) => next,
                Err(refused) => return (seen.len(), Some(refused.into())),
            };
            if state.crashes > 0 && !matches!(state.writers[writer].step, Step::Done | Step::Crashed) {
                next.push(state.crash(writer));
            }
            for state in next {
                if let Some(wrong) = state.wrong() {
                    return (seen.len(), Some(wrong.into()));
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
    fn wrong(&self) -> Option<&'static str> {
        for place in [self.name, self.durable] {
            let Some(inode) = place.map(|inode| self.inodes[usize::from(inode)]) else {
                if self.acknowledged != 0 {
                    return Some("no file, though one was acknowledged");
                }
                continue;
            };
            if !inode.whole || !inode.synced {
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

    /// An inode that nothing refers to.
    fn free(&self) -> u8 {
        let used = |inode: u8| {
            let one = Some(inode);
            let by_a_writer = |w: &Writer| w.old == one || w.new == one || w.cleaning == one;
            self.name == one
                || self.durable == one
                || self.inodes[usize::from(inode)].temporary
                || self.writers.iter().any(by_a_writer)
        };
        (0..INODES as u8).find(|&inode| !used(inode)).expect("an inode")
    }

    /// Forgets everything but what is on the disk.
    fn restart(&mut self, writer: usize) {
        self.release(writer);
        self.writers[writer] = Writer::default();
    }

    /// Where one step of a writer leads: nowhere, to one state, or to several where it has a choice.
    fn step(&self, writer: usize, broken: Broken) -> Result<Vec<Self>, &'static str> {
        let me = writer as u8 + 1;
        let mut state = self.clone();
        let w = self.writers[writer];
        let (old, new) = (w.old.map(usize::from), w.new.map(usize::from));
        let go = |state: &mut Self, step: Step| state.writers[writer].step = step;
        match w.step {
            Step::Open => {
                state.writers[writer].old = self.name;
                go(&mut state, if self.name.is_some() { Step::Lock } else { Step::CleanLock });
            }
            Step::Lock => match old {
                Some(old) if !broken.lock && self.inodes[old].lock != 0 => state.restart(writer),
                Some(old) => {
                    if !broken.lock {
                        state.inodes[old].lock = me;
                    }
                    go(&mut state, Step::Look);
                }
                None => {}
            },
            Step::Look if self.name == w.old || broken.second_look => go(&mut state, Step::CleanLock),
            Step::Look => state.restart(writer),
            Step::CleanLock => {
                let mut next = Vec::new();
                for (at, inode) in self.inodes.iter().enumerate() {
                    let free = inode.lock == 0 || broken.lock_when_cleaning;
                    if inode.temporary && free && w.new != Some(at as u8) {
                        let mut state = self.clone();
                        if !broken.lock_when_cleaning {
                            state.inodes[at].lock = me;
                        }
                        state.writers[writer].cleaning = Some(at as u8);
                        go(&mut state, Step::CleanUnlink);
                        next.push(state);
                    }
                }
                go(&mut state, Step::Read);
                next.push(state);
                return Ok(next);
            }
            Step::CleanUnlink => {
                if let Some(left) = w.cleaning.map(usize::from) {
                    state.inodes[left].temporary = false;
                    if state.inodes[left].lock == me {
                        state.inodes[left].lock = 0;
                    }
                }
                state.writers[writer].cleaning = None;
                go(&mut state, Step::CleanLock);
            }
            Step::Read => {
                state.writers[writer].read = old.map_or(0, |old| self.inodes[old].content);
                go(&mut state, Step::Create);
            }
            Step::Create => {
                let new = self.free();
                state.inodes[usize::from(new)] = Inode { temporary: true, ..Inode::default() };
                state.writers[writer].new = Some(new);
                go(&mut state, if broken.lock_of_the_new_file { Step::Write } else { Step::LockNew });
            }
            Step::LockNew => {
                let new = new.ok_or("no new file")?;
                if self.inodes[new].lock == 0 {
                    state.inodes[new].lock = me;
                    go(&mut state, if broken.look_at_the_new_file { Step::Write } else { Step::LookNew });
                } else {
                    state.inodes[new].temporary = false;
                    state.writers[writer].new = None;
                    go(&mut state, Step::Create);
                }
            }
            Step::LookNew => {
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
                state.inodes[new].whole = true;
                go(&mut state, Step::Sync);
            }
            Step::Sync => {
                let new = new.ok_or("no new file")?;
                state.inodes[new].synced = !broken.sync;
                go(&mut state, if broken.sync_before_rename { Step::SyncDirectory } else { Step::LookAgain });
            }
            Step::LookAgain if self.name == w.old || broken.second_look || w.old.is_none() => {
                go(&mut state, Step::Rename);
            }
            Step::LookAgain => {
                if let Some(new) = new {
                    state.inodes[new].temporary = false;
                }
                state.restart(writer);
            }
            Step::Rename => {
                let new = new.ok_or("no new file")?;
                if !self.inodes[new].temporary {
                    return Err("refused: somebody removed the new file");
                }
                state.inodes[new].temporary = false;
                if w.old.is_none() && self.name.is_some() && !broken.no_replace {
                    state.restart(writer);
                } else {
                    state.name = Some(new as u8);
                    let last = broken.sync_of_the_directory || broken.sync_before_rename;
                    go(&mut state, if last { Step::Done } else { Step::SyncDirectory });
                }
            }
            Step::SyncDirectory => {
                state.durable = self.name;
                go(&mut state, if broken.sync_before_rename { Step::LookAgain } else { Step::Done });
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
