// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

//! Launches a program by std::process::Command when told to (cli/lab/peers/peer.hpp).

use std::error::Error;
use std::ffi::c_int;
use std::fs::{read_dir, File, OpenOptions};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::process::Command;
use std::time::Instant;

const PAGE: usize = 4096;

extern "C" {
    fn fcntl(descriptor: c_int, command: c_int, ...) -> c_int;
}

#[derive(Default)]
struct Ballast {
    memory: Vec<u8>,
    kept: Vec<File>,
}

impl Ballast {
    fn carry(&mut self, rss: usize, descriptors: usize) -> Result<String, Box<dyn Error>> {
        self.memory = vec![0; rss];
        for at in (0..rss).step_by(PAGE) {
            self.memory[at] = 1;
        }
        black_box(&mut self.memory);
        let open = read_dir("/proc/self/fd")?.count() - 1;
        for _ in open..descriptors {
            self.kept.push(OpenOptions::new().read(true).write(true).open("/dev/null")?);
        }
        Ok("ready".into())
    }
}

fn launch_once(program: &str) -> Result<String, Box<dyn Error>> {
    let begin = Instant::now();
    let mut child = Command::new(program).spawn()?;
    let launched = begin.elapsed();
    child.wait()?;
    let finished = begin.elapsed();
    Ok(format!("{:.3}:{:.3}", launched.as_secs_f64() * 1e6, finished.as_secs_f64() * 1e6))
}

fn launch(program: &str, count: usize) -> Result<String, Box<dyn Error>> {
    let pairs: Result<Vec<_>, _> = (0..count).map(|_| launch_once(program)).collect();
    Ok(pairs?.join(" "))
}

fn answer(
    ballast: &mut Ballast,
    program: &str,
    words: &[&str],
) -> Result<String, Box<dyn Error>> {
    match words {
        ["load", rss, descriptors] => ballast.carry(rss.parse()?, descriptors.parse()?),
        ["launch", count] => launch(program, count.parse()?),
        _ => Err(format!("unknown command '{}'", words.join(" ")).into()),
    }
}

// Takes over a descriptor that this process was started with, for itself alone.
fn inherited(descriptor: c_int) -> File {
    const F_SETFD: c_int = 2;
    const FD_CLOEXEC: c_int = 1;
    // SAFETY: nobody else uses the two descriptors of the conversation.
    let file = unsafe { File::from_raw_fd(descriptor) };
    unsafe { fcntl(file.as_raw_fd(), F_SETFD, FD_CLOEXEC) };
    file
}

fn main() -> Result<(), Box<dyn Error>> {
    let program = std::env::args().nth(1).ok_or("no program named")?;
    let commands = BufReader::new(inherited(3));
    let mut answers = inherited(4);
    let mut ballast = Ballast::default();
    for line in commands.lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if words == ["quit"] {
            break;
        }
        let text = answer(&mut ballast, &program, &words)
            .unwrap_or_else(|error| format!("error {error}").replace('\n', " "));
        answers.write_all((text + "\n").as_bytes())?;
    }
    Ok(())
}
