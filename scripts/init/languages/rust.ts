import type { Folder } from '../folder.ts';
import { type ServerGuess, WEB, WEB_SOCKET } from '../guess.ts';
import { byArgument, byEnvironment, byFlag, withPort } from '../port.ts';

const PORT_RULES = [
  byEnvironment(/env::var(?:_os)?\(\s*"PORT"/),
  byFlag(/#\[(?:arg|clap)\([^\]]*long[^\]]*\)\]\s*(?:pub )?port\b/, '--port'),
  byArgument(/env::args/),
];

/** Recognizes a Cargo.toml of one package. */
export function guessRust(folder: Folder): ServerGuess | null {
  const manifest = folder.text('Cargo.toml');
  const [, name] = /^\[package\][^[]*?^name\s*=\s*"([\w-]+)"/ms.exec(manifest ?? '') ?? [];
  if (manifest === undefined || name === undefined) return null;
  return {
    language: 'Rust',
    exec: withPort(`target/release/${name}`, folder.text('src/main.rs'), PORT_RULES),
    build: 'cargo build --release --quiet',
    app: /^(?:tokio-)?tungstenite\b/m.test(manifest)
      ? WEB_SOCKET
      : /^(?:axum|actix-web|hyper|warp|rocket|poem|salvo|tide)\b/m.test(manifest)
        ? WEB
        : undefined,
  };
}
