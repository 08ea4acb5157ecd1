//! Builds only if neither the crate without its default features nor anything that it needs links `std`: a panic handler
//! may exist once, and `std` has one.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};

use influxdb3_offline_tokens::{Code, DatabaseName, Permission, Release, Token, TokenName};

struct NoMemory;

// SAFETY: it gives out nothing.
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

/// Names the grammar and the values, so that they are built.
pub fn is_right(text: &str) -> bool {
    Permission::parse(text).is_ok()
        || Permission::parse_borrowed(text).is_ok()
        || DatabaseName::parse(text).is_ok()
        || TokenName::parse(text).is_ok()
        || Token::parse(text).is_ok_and(|token| token.sha512() != [0; 64])
        || Release::parse(text).is_ok()
        || Code::parse(text).is_ok()
}
