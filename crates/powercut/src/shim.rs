//! The VFS shim: the operating system's VFS with `xWrite`, `xTruncate`, `xSync` and `xDelete` listened to.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

use rusqlite::ffi;

use crate::recording::{Honesty, Operation, add, honesty, name_of};

/// The operating system's VFS: SQLite never frees it.
struct System(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite's VFS objects are immutable once registered and may be used from every thread.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}

static SYSTEM: OnceLock<System> = OnceLock::new();

/// A file that is listened to.
#[derive(Clone)]
struct Listened {
    name: String,
    system: &'static ffi::sqlite3_io_methods,
    /// Whether its next sync syncs the folder as well: the system's VFS does so once for each log or journal that it
    /// was told to make. *Source*: UNIXFILE_DIRSYNC in SQLite's os_unix.c, version 3.54.
    folder_is_due: bool,
}

/// The kinds of files whose first sync syncs the folder.
const LOGS: c_int = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;

/// The files that are listened to, by the address of SQLite's handle.
static FILES: Mutex<BTreeMap<usize, Listened>> = Mutex::new(BTreeMap::new());

fn files() -> MutexGuard<'static, BTreeMap<usize, Listened>> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listened(file: *mut ffi::sqlite3_file) -> Option<Listened> {
    files().get(&(file as usize)).cloned()
}

/// Puts the shim in front of the default VFS, once.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the library is initialised on the first call; a null name asks for the default VFS, which lives as
        // long as the process. The copy is leaked, so it does as well, and keeps the system's methods and data.
        unsafe {
            ffi::sqlite3_initialize();
            let system = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!system.is_null(), "SQLite has a default VFS");
            let mut shim = *system;
            shim.zName = c"powercut".as_ptr();
            shim.pNext = std::ptr::null_mut();
            shim.xOpen = Some(open);
            shim.xDelete = Some(delete);
            assert!(SYSTEM.set(System(system)).is_ok());
            let registered = ffi::sqlite3_vfs_register(Box::leak(Box::new(shim)), 1);
            assert_eq!(registered, ffi::SQLITE_OK);
        }
    });
}

fn system() -> *mut ffi::sqlite3_vfs {
    SYSTEM.get().map_or(std::ptr::null_mut(), |system| system.0)
}

/// Gives the name under which the file at `path` is recorded.
///
/// # Safety
/// `path` is null or a C string.
unsafe fn recorded(path: *const c_char) -> Option<String> {
    if path.is_null() {
        return None;
    }
    // SAFETY: not null, so a C string by the caller's word.
    let path = unsafe { CStr::from_ptr(path) };
    name_of(Path::new(OsStr::from_bytes(path.to_bytes())))
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's own arguments go to the system's own method; `file` is large enough for it because the shim
    // has its size.
    unsafe {
        let Some(system_open) = (*system()).xOpen else { return ffi::SQLITE_ERROR };
        let code = system_open(system(), path, file, flags, out);
        let methods = (*file).pMethods;
        if code != ffi::SQLITE_OK || methods.is_null() {
            return code;
        }
        if let Some(name) = recorded(path) {
            // The system's tables of methods are static.
            let system: &'static ffi::sqlite3_io_methods = &*methods;
            let mut shim = *system;
            shim.xClose = Some(close);
            shim.xWrite = Some(write);
            shim.xTruncate = Some(truncate);
            shim.xSync = Some(sync);
            shim.xFileControl = Some(file_control);
            let folder_is_due = flags & ffi::SQLITE_OPEN_CREATE != 0 && flags & LOGS != 0;
            files().insert(file as usize, Listened { name, system, folder_is_due });
            (*file).pMethods = Box::leak(Box::new(shim));
        }
        code
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, path: *const c_char, synced: c_int) -> c_int {
    // SAFETY: SQLite's own arguments go to the system's own method.
    unsafe {
        let Some(system_delete) = (*system()).xDelete else { return ffi::SQLITE_ERROR };
        let code = system_delete(system(), path, synced);
        if let (ffi::SQLITE_OK, Some(file)) = (code, recorded(path)) {
            add(Operation::Delete { file, synced: synced != 0 });
        }
        code
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let Some(Listened { system, .. }) = files().remove(&(file as usize)) else { return ffi::SQLITE_MISUSE };
    // SAFETY: the file was opened by the system's VFS, whose method this is.
    system.xClose.map_or(ffi::SQLITE_OK, |close| unsafe { close(file) })
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let Some(Listened { name, system, .. }) = listened(file) else { return ffi::SQLITE_MISUSE };
    let Some(system_write) = system.xWrite else { return ffi::SQLITE_MISUSE };
    let (Ok(length), Ok(at)) = (usize::try_from(count), u64::try_from(offset)) else {
        return ffi::SQLITE_MISUSE;
    };
    // SAFETY: SQLite gives `count` readable bytes; its arguments go on to the system's own method.
    let (written, code) = unsafe {
        let written = std::slice::from_raw_parts(bytes.cast::<u8>(), length).to_vec();
        (written, system_write(file, bytes, count, offset))
    };
    if code == ffi::SQLITE_OK {
        add(Operation::Write { file: name, offset: at, bytes: written });
    }
    code
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: ffi::sqlite3_int64) -> c_int {
    let Some(Listened { name, system, .. }) = listened(file) else { return ffi::SQLITE_MISUSE };
    // SAFETY: SQLite's own arguments go to the system's own method.
    let code = system.xTruncate.map_or(ffi::SQLITE_MISUSE, |truncate| unsafe { truncate(file, length) });
    if let (ffi::SQLITE_OK, Ok(length)) = (code, u64::try_from(length)) {
        add(Operation::Truncate { file: name, length });
    }
    code
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let Some(Listened { name, system, folder_is_due }) = listened(file) else { return ffi::SQLITE_MISUSE };
    // SAFETY: SQLite's own arguments go to the system's own method.
    let code = system.xSync.map_or(ffi::SQLITE_MISUSE, |sync| unsafe { sync(file, flags) });
    if code == ffi::SQLITE_OK {
        files().entry(file as usize).and_modify(|listened| listened.folder_is_due = false);
        add(Operation::Sync { file: name, folder: folder_is_due });
    }
    code
}

unsafe extern "C" fn file_control(
    file: *mut ffi::sqlite3_file,
    control: c_int,
    argument: *mut c_void,
) -> c_int {
    let Some(Listened { system, .. }) = listened(file) else { return ffi::SQLITE_MISUSE };
    if control == ffi::SQLITE_FCNTL_PRAGMA && honesty() == Honesty::Normal {
        // SAFETY: for this control the argument is SQLite's array of strings.
        if let Some(code) = unsafe { lie_about_synchronous(argument.cast()) } {
            return code;
        }
    }
    // SAFETY: SQLite's own arguments go to the system's own method.
    system.xFileControl.map_or(ffi::SQLITE_NOTFOUND, |go_on| unsafe { go_on(file, control, argument) })
}

/// Turns `PRAGMA synchronous = …` into NORMAL, and answers FULL when asked what it is.
///
/// # Safety
/// `strings` is what SQLite hands over with SQLITE_FCNTL_PRAGMA: a place for an answer, the pragma's name, and its value
/// or null. *Source*: <https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html>, read 2026-11-22.
unsafe fn lie_about_synchronous(strings: *mut *mut c_char) -> Option<c_int> {
    // SAFETY: the array is as the caller says; the value is SQLite's own copy of the text, and `1` is not longer.
    unsafe {
        let (name, value) = (*strings.add(1), *strings.add(2));
        if !CStr::from_ptr(name).to_bytes().eq_ignore_ascii_case(b"synchronous") {
            return None;
        }
        if value.is_null() {
            *strings = ffi::sqlite3_mprintf(c"2".as_ptr());
            return Some(ffi::SQLITE_OK);
        }
        if *value != 0 {
            *value = b'1' as c_char;
            *value.add(1) = 0;
        }
        None
    }
}
