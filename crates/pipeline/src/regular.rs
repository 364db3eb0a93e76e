//! Opens files that must be regular ones.
//!
//! A pipe without a writer blocks whoever opens it, and a file may become one after it was found.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a regular file to read it. Never waits for the other end of a pipe.
///
/// # Errors
///
/// If it cannot be opened or is something else, such as a pipe, a device or a folder.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other(NOT_REGULAR));
    }
    #[cfg(unix)]
    {
        use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
        // Some file systems would return early from reads, too.
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    }
    Ok(file)
}

/// What a pipe, a device or a folder is called in messages.
pub(crate) const NOT_REGULAR: &str = "not a regular file";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        fs::write(&file, "Ein Text.").unwrap();
        assert_eq!(
            io::read_to_string(open(&file).unwrap()).unwrap(),
            "Ein Text."
        );
        assert_eq!(open(folder.path()).unwrap_err().to_string(), NOT_REGULAR);
        let missing = open(&folder.path().join("b.txt")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            assert_eq!(open(&pipe).unwrap_err().to_string(), NOT_REGULAR);
        }
    }
}
