/* Reference server: single-threaded WebSocket echo (RFC 6455) with epoll, so that a generator of WebSocket messages meets
 * a server as fast as echo_epoll.c. Echoes frame by frame, without extensions; a frame takes at most 16 KiB.
 * cc -O2 -o echo_websocket echo_websocket.c && ./echo_websocket PORT */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 1024, MAXFD = 4096, ROOM = 16384, CLOSE = 8, PING = 9, PONG = 10, KEY = 24, SHORTEST = 6 };
static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/* Bytes of each client that no whole frame holds yet; zero-terminated until the handshake is complete. */
static struct { int length, open; unsigned char bytes[ROOM + 1]; } clients[MAXFD];
static unsigned char out[ROOM];

static uint32_t rotate(uint32_t x, int n) { return x << n | x >> (32 - n); }

/* SHA-1 of two padded blocks: FIPS 180-4, section 6.1.2. */
static void sha1(const unsigned char *blocks, unsigned char *digest) {
  uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, w[80];
  for (const unsigned char *block = blocks; block < blocks + 128; block += 64) {
    for (int i = 0; i < 16; i++) {
      const unsigned char *b = block + 4 * i;
      w[i] = (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
    }
    for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 80; i++) {
      uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
      uint32_t k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
      uint32_t next = rotate(a, 5) + f + e + k + w[i];
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
  }
  for (int i = 0; i < 20; i++) digest[i] = h[i / 4] >> (24 - 8 * (i % 4));
}

/* Base64 of 20 bytes: 28 characters. */
static void base64(const unsigned char *digest, char *text) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 20; i += 3) {
    uint32_t bits = digest[i] << 16 | digest[i + 1] << 8 | (i + 2 < 20 ? digest[i + 2] : 0);
    for (int shift = 18; shift >= 0; shift -= 6) *text++ = letters[bits >> shift & 63];
  }
  text[-1] = '=', text[0] = 0;
}

/* Answers the upgrade request. Returns the bytes it took: 0 when it is incomplete, -1 when it is none. */
static int upgrade(int fd) {
  char *request = (char *)clients[fd].bytes, *end = strstr(request, "\r\n\r\n");
  if (end == NULL) return clients[fd].length < ROOM ? 0 : -1;
  char *key = strcasestr(request, "\r\nSec-WebSocket-Key:"), accept[32], reply[256];
  if (key == NULL || key > end) return -1;
  key += strlen("\r\nSec-WebSocket-Key:");
  key += strspn(key, " ");
  if (strcspn(key, " \r") != KEY) return -1;
  unsigned char blocks[128] = {0}, digest[20];
  int hashed = KEY + strlen(GUID);
  memcpy(blocks, key, KEY);
  memcpy(blocks + KEY, GUID, strlen(GUID));
  blocks[hashed] = 0x80, blocks[126] = hashed * 8 >> 8, blocks[127] = hashed * 8 & 0xff;
  sha1(blocks, digest);
  base64(digest, accept);
  int length = sprintf(reply, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
  clients[fd].open = send(fd, reply, length, MSG_NOSIGNAL) == length;
  return clients[fd].open ? end + 4 - request : -1;
}

/* Echoes the whole frames among `length` bytes. Returns the bytes they take; -1 when the connection must be closed. */
static int echo_frames(int fd, const unsigned char *bytes, int length) {
  int at = 0, written = 0, closing = 0;
  while (length - at >= SHORTEST && !closing) {
    const unsigned char *frame = bytes + at;
    int size = frame[1] & 127, head = size == 126 ? 4 : 2;
    if (size == 126) size = frame[2] << 8 | frame[3];
    if (!(frame[1] & 128) || size == 127 || head + 4 + size > ROOM) return -1;
    if (length - at < head + 4 + size) break;
    const unsigned char *mask = frame + head, *masked = mask + 4;
    unsigned char *reply = out + written;
    closing = (frame[0] & 15) == CLOSE;
    memcpy(reply, frame, head);
    if ((frame[0] & 15) == PING) reply[0] = 128 | PONG;
    reply[1] &= 127;
    for (int i = 0; i < size; i++) reply[head + i] = masked[i] ^ mask[i & 3];
    written += head + size, at += head + 4 + size;
  }
  if (written > 0 && send(fd, out, written, MSG_NOSIGNAL) != written) return -1;
  return closing ? -1 : at;
}

/* Reads from a client. Returns 0 when the connection is over. */
static int serve(int fd) {
  unsigned char *bytes = clients[fd].bytes;
  int length = clients[fd].length;
  ssize_t got = recv(fd, bytes + length, ROOM - length, 0);
  if (got <= 0) return 0;
  bytes[length += got] = 0;
  clients[fd].length = length;
  int taken = 0;
  if (!clients[fd].open && (taken = upgrade(fd)) < 0) return 0;
  if (clients[fd].open) {
    int frames = echo_frames(fd, bytes + taken, length - taken);
    if (frames < 0) return 0;
    taken += frames;
  }
  clients[fd].length = length - taken;
  memmove(bytes, bytes + taken, clients[fd].length);
  return 1;
}

static void watch(int epoll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: echo_websocket PORT\n"), 2;
  int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0);
  struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (void *)&addr, sizeof addr) || listen(listener, 4096)) return perror("bind"), 1;
  watch(epoll, listener);
  struct epoll_event events[EVENTS];
  for (;;) {
    int n = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd, conn;
      if (fd != listener) {
        if (!serve(fd)) close(fd);
        continue;
      }
      while ((conn = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (conn >= MAXFD) { close(conn); continue; }
        setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        clients[conn].length = clients[conn].open = 0;
        watch(epoll, conn);
      }
    }
  }
}
