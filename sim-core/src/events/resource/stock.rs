//! Stocks: of something that is counted, and of things.

use std::collections::VecDeque;

use super::NeverServes;

/// A stock of something that is counted. Those who want more than there is wait in line; so do those who bring more than there is room
/// for. The line is strict: nobody is served before one who came earlier on the same side.
///
/// ```
/// use sim_core::events::resource::Container;
///
/// let mut tank = Container::new(10, 4)?;
/// assert!(tank.get(3, "ann")?);
/// assert!(!tank.get(5, "bob")?, "bob waits");
/// assert!(!tank.get(1, "cid")?, "cid waits behind bob");
/// assert!(tank.put(5, "dan")?);
/// // Who was served meanwhile, in order.
/// assert_eq!([tank.next_served(), tank.next_served(), tank.next_served()], [Some("bob"), Some("cid"), None]);
/// assert_eq!(tank.level(), 0);
/// # Ok::<(), sim_core::events::resource::NeverServes>(())
/// ```
#[derive(Clone, Debug)]
pub struct Container<W> {
    capacity: u64,
    level: u64,
    getting: VecDeque<(u64, W)>,
    putting: VecDeque<(u64, W)>,
    served: VecDeque<W>,
}

impl<W: PartialEq> Container<W> {
    /// A stock that holds `capacity` at most and `level` in the beginning.
    ///
    /// # Errors
    /// The capacity is 0, or the level is more.
    pub fn new(capacity: u64, level: u64) -> Result<Self, NeverServes> {
        if capacity == 0 {
            return Err(NeverServes::Nothing { what: "a capacity" });
        }
        if level > capacity {
            return Err(NeverServes::TooMuch { asked: level, most: capacity });
        }
        let (getting, putting, served) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Ok(Self { capacity, level, getting, putting, served })
    }

    /// What is there.
    pub fn level(&self) -> u64 {
        self.level
    }

    /// Takes an amount; false where the customer waits for it.
    ///
    /// # Errors
    /// It is more than the stock ever holds.
    pub fn get(&mut self, amount: u64, who: W) -> Result<bool, NeverServes> {
        self.check(amount)?;
        if self.getting.is_empty() && amount <= self.level {
            self.level -= amount;
            self.serve();
            return Ok(true);
        }
        self.getting.push_back((amount, who));
        Ok(false)
    }

    /// Brings an amount; false where the customer waits for room.
    ///
    /// # Errors
    /// It is more than the stock ever holds.
    pub fn put(&mut self, amount: u64, who: W) -> Result<bool, NeverServes> {
        self.check(amount)?;
        if self.putting.is_empty() && amount <= self.capacity - self.level {
            self.level += amount;
            self.serve();
            return Ok(true);
        }
        self.putting.push_back((amount, who));
        Ok(false)
    }

    /// The next of those who waited and were served since.
    pub fn next_served(&mut self) -> Option<W> {
        self.served.pop_front()
    }

    /// Takes a customer out of the lines; false where it does not wait. Those behind may be served.
    pub fn leave(&mut self, who: &W) -> bool {
        let before = self.getting.len() + self.putting.len();
        self.getting.retain(|(_, waiting)| waiting != who);
        self.putting.retain(|(_, waiting)| waiting != who);
        let left = self.getting.len() + self.putting.len() < before;
        if left {
            self.serve();
        }
        left
    }

    fn check(&self, amount: u64) -> Result<(), NeverServes> {
        if amount > self.capacity {
            return Err(NeverServes::TooMuch { asked: amount, most: self.capacity });
        }
        Ok(())
    }

    /// Serves those in line as far as there is enough, and room: each side can make way for the other.
    fn serve(&mut self) {
        loop {
            if self.getting.front().is_some_and(|(amount, _)| *amount <= self.level)
                && let Some((amount, who)) = self.getting.pop_front()
            {
                self.level -= amount;
                self.served.push_back(who);
            } else if self.putting.front().is_some_and(|(amount, _)| *amount <= self.capacity - self.level)
                && let Some((amount, who)) = self.putting.pop_front()
            {
                self.level += amount;
                self.served.push_back(who);
            } else {
                return;
            }
        }
    }
}

/// A stock of things, handed out in the order in which they came, to customers in the order in which they asked.
///
/// ```
/// use sim_core::events::resource::Store;
///
/// let mut inbox = Store::new(2)?;
/// assert_eq!(inbox.get("ann"), None, "ann waits");
/// inbox.put("first").map_err(|_| "full")?;
/// assert_eq!(inbox.next_served(), Some(("ann", "first")));
/// inbox.put("second").map_err(|_| "full")?;
/// inbox.put("third").map_err(|_| "full")?;
/// assert_eq!(inbox.put("fourth"), Err("fourth"), "no room: it is given back");
/// assert_eq!(inbox.get("bob"), Some("second"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Store<T, W> {
    capacity: usize,
    things: VecDeque<T>,
    waiting: VecDeque<W>,
    served: VecDeque<(W, T)>,
}

impl<T, W: PartialEq> Store<T, W> {
    /// An empty stock that holds this many things at most.
    ///
    /// # Errors
    /// The capacity is 0.
    pub fn new(capacity: usize) -> Result<Self, NeverServes> {
        if capacity == 0 {
            return Err(NeverServes::Nothing { what: "a capacity" });
        }
        let (things, waiting, served) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Ok(Self { capacity, things, waiting, served })
    }

    /// Number of things that are there.
    pub fn len(&self) -> usize {
        self.things.len()
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// Takes the thing that came first; `None` where the customer waits for one.
    pub fn get(&mut self, who: W) -> Option<T> {
        let thing = self.things.pop_front();
        if thing.is_none() {
            self.waiting.push_back(who);
        }
        thing
    }

    /// Brings a thing, which the first one in line gets.
    ///
    /// # Errors
    /// There is no room for it; it is given back.
    pub fn put(&mut self, thing: T) -> Result<(), T> {
        if let Some(who) = self.waiting.pop_front() {
            self.served.push_back((who, thing));
        } else if self.things.len() < self.capacity {
            self.things.push_back(thing);
        } else {
            return Err(thing);
        }
        Ok(())
    }

    /// The next of those who waited and got something since.
    pub fn next_served(&mut self) -> Option<(W, T)> {
        self.served.pop_front()
    }

    /// Takes a customer out of the line; false where it does not wait.
    pub fn leave(&mut self, who: &W) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting != who);
        self.waiting.len() < before
    }
}
