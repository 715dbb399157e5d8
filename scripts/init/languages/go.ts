import { type Folder, firstOf } from '../folder.ts';
import { type ServerGuess, WEB, WEB_SOCKET } from '../guess.ts';
import { byArgument, byEnvironment, byFlag, withPort } from '../port.ts';

/** File that the build writes. */
const PROGRAM = './sockbench-server';
const PORT_RULES = [
  byEnvironment(/os\.(?:Getenv|LookupEnv)\("PORT"\)/),
  byFlag(/flag\.(?:Int|Uint|String)(?:Var)?\([^)]*"port"/, '-port'),
  byArgument(/os\.Args/),
];

/** Recognizes a go.mod. */
export function guessGo(folder: Folder): ServerGuess | null {
  if (!folder.has('go.mod')) return null;
  const main = firstOf(folder, ['main.go', 'cmd/server/main.go']);
  const source = main === undefined ? undefined : folder.text(main);
  const modules = `${source}${folder.text('go.mod')}`;
  return {
    language: 'Go',
    exec: withPort(PROGRAM, source, PORT_RULES),
    build: `go build -o ${PROGRAM} ${main?.startsWith('cmd/') ? './cmd/server' : '.'}`,
    app: /gorilla\/websocket|coder\/websocket/.test(modules)
      ? WEB_SOCKET
      : /"net\/http"|gin-gonic|labstack\/echo|gofiber|valyala\/fasthttp/.test(modules)
        ? WEB
        : undefined,
  };
}
