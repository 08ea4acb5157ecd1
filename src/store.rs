//! Files on disk, and the clock.
