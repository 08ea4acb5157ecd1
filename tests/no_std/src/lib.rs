//! A program that builds only if the crate without default features and its dependencies do not link `std`: this file defines
//! a panic handler, and `std` would be a second definition.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};

use influxdb3_offline_tokens::{Code, DatabaseName, Permission, Release, Token, TokenName};

struct NoMemory;

// SAFETY: it never returns a block.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static MEMORY: NoMemory = NoMemory;

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// Uses the grammar and the value types, so that they are linked.
pub fn is_valid(text: &str) -> bool {
    Permission::parse(text).is_ok()
        || Permission::parse_borrowed(text).is_ok()
        || DatabaseName::parse(text).is_ok()
        || TokenName::parse(text).is_ok()
        || Token::parse(text).is_ok_and(|token| token.sha512() != [0; 64])
        || Release::parse(text).is_ok()
        || Code::parse(text).is_ok()
}
