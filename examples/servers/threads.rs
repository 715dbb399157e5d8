//! Echo server with a thread for each connection. Over UDP, a thread for each CPU; all read one socket.
//! rustc -O -o threads threads.rs && ./threads PORT [tcp|udp]
use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::{env, process, thread};

fn echo(mut stream: TcpStream) -> Result<()> {
    // Otherwise a small reply may wait for the acknowledgement of the previous one (Nagle's algorithm, tcp(7)).
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 65536];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            length => stream.write_all(&buffer[..length])?,
        }
    }
}

fn serve_streams(port: u16) -> Result<()> {
    for stream in TcpListener::bind(("127.0.0.1", port))?.incoming() {
        let stream = stream?;
        // A connection that is reset ends its own thread only.
        thread::spawn(move || echo(stream).ok());
    }
    Ok(())
}

fn echo_datagrams(socket: UdpSocket) -> Result<()> {
    let mut buffer = vec![0; 65536];
    loop {
        let (length, peer) = socket.recv_from(&mut buffer)?;
        socket.send_to(&buffer[..length], peer)?;
    }
}

fn serve_datagrams(port: u16) -> Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", port))?;
    for _ in 1..thread::available_parallelism()?.get() {
        let shared = socket.try_clone()?;
        thread::spawn(move || echo_datagrams(shared));
    }
    echo_datagrams(socket)
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let Some(port) = arguments.get(1).and_then(|port| port.parse().ok()) else {
        eprintln!("usage: threads PORT [tcp|udp]");
        process::exit(2)
    };
    match arguments.get(2).map(String::as_str) {
        Some("udp") => serve_datagrams(port),
        _ => serve_streams(port),
    }
}
