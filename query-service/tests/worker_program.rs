//! The worker as a program of its own, for tests of this crate; `try-everything DIR` confines
//! itself to the folder and prints what it can still do.

use std::{
    fs,
    io::{self, Write},
    net::{TcpListener, TcpStream},
    os::unix::net::UnixDatagram,
    path::Path,
};

use catalog::Catalog;
use query_service::worker::{
    sandbox::{self, Limits},
    serve,
};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [command, dir, address] if command == "try-everything" => try_everything(Path::new(dir), address),
        _ => serve(&Catalog::standard()),
    }
}

fn try_everything(dir: &Path, address: &str) -> io::Result<()> {
    let limits = Limits {
        readable: dir.join("lake"),
        writable: dir.join("spill"),
        memory_bytes: 256 << 20,
        processor_seconds: 60,
        file_bytes: 1 << 20,
    };
    let confinement = sandbox::enter(&limits)?;
    let environment: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    let mut too_large = fs::File::create(dir.join("spill/large"))?;
    let tries = [
        ("confinement", format!("{confinement:?}")),
        ("environment", environment.join(",")),
        ("read the lake", told(fs::read_to_string(dir.join("lake/file")))),
        ("write the lake", told(fs::write(dir.join("lake/new"), "x"))),
        ("write the spill folder", told(fs::write(dir.join("spill/new"), "x"))),
        ("read beside", told(fs::read_to_string(dir.join("secret")))),
        ("read through ..", told(fs::read_to_string(dir.join("lake/../secret")))),
        ("read through a link", told(fs::read_to_string(dir.join("lake/link")))),
        ("write beside", told(fs::write(dir.join("new"), "x"))),
        ("read /etc/passwd", told(fs::read_to_string("/etc/passwd"))),
        ("list /", told(fs::read_dir("/"))),
        ("run a program", told(std::process::Command::new("/bin/true").status())),
        ("connect", told(TcpStream::connect(address))),
        ("listen", told(TcpListener::bind("127.0.0.1:0"))),
        ("bind a socket file", told(UnixDatagram::bind(dir.join("lake/socket")))),
        ("allocate", told(allocate(512 << 20))),
        ("allocate little", told(allocate(16 << 20))),
    ];
    for (what, outcome) in tries {
        writeln!(io::stdout(), "{what}: {outcome}")?;
    }
    // The kernel ends a process that writes too much; what comes after is never said.
    too_large.write_all(&vec![0; 4 << 20]).ok();
    writeln!(io::stdout(), "wrote too much")
}

fn told<T, E: ToString>(outcome: Result<T, E>) -> String {
    outcome.map_or_else(|error| error.to_string(), |_| "ok".to_owned())
}

fn allocate(bytes: usize) -> Result<Vec<u8>, std::collections::TryReserveError> {
    let mut memory = Vec::new();
    memory.try_reserve_exact(bytes)?;
    Ok(memory)
}
