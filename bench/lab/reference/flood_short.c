/* Reference generator: a new TCP connection for each request, in C. Each of CONNECTIONS clients connects, sends 64 bytes,
 * receives their echo, closes, and begins again.
 * cc -O2 -o flood_short flood_short.c && ./flood_short PORT CONNECTIONS SECONDS
 * Makes the system calls that --connection per-request makes. Checks every echoed byte. Prints requests/s, p50 and p99 in
 * us (from connecting to the reply), and CPU us per request. */
#define _GNU_SOURCE
#include "flood.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CONNECTING = -1 };
static uint64_t started[MAXFD];
static int got[MAXFD];
static unsigned opened;

static int open_next(int epoll, struct sockaddr_in *addr) {
  int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0 || fd >= MAXFD) return fprintf(stderr, "too many connections\n"), 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  started[fd] = ns(CLOCK_MONOTONIC);
  got[fd] = CONNECTING;
  bind_source(fd, opened++);
  if (connect(fd, (void *)addr, sizeof *addr) && errno != EINPROGRESS) return perror("connect"), 1;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Sends the request of a connection that is established. */
static int ask(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error) return fprintf(stderr, "connect: %s\n", strerror(error)), 1;
  got[fd] = 0;
  return send(fd, payload, SIZE, MSG_NOSIGNAL) != SIZE;
}

/* Reads an answer. Returns 1 when it is complete, 0 when it is not, -1 when it is wrong. */
static int answered(int fd) {
  ssize_t r = recv(fd, inbox, sizeof inbox, MSG_DONTWAIT);
  if (r < 0 && errno == EAGAIN) return 0;
  if (r <= 0 || got[fd] + r > SIZE || memcmp(inbox, payload + got[fd], r)) return fprintf(stderr, "corrupt echo\n"), -1;
  return (got[fd] += r) == SIZE;
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: flood_short PORT CONNECTIONS SECONDS\n"), 2;
  int connections = atoi(argv[2]), epoll = epoll_create1(0);
  struct sockaddr_in addr = loopback(atoi(argv[1]));
  fill_payload();
  uint64_t end = begin() + atof(argv[3]) * 1e9;
  for (int i = 0; i < connections; i++) if (open_next(epoll, &addr)) return 1;
  struct epoll_event events[EVENTS];
  for (;;) {
    int n = epoll_wait(epoll, events, EVENTS, 100);
    if (ns(CLOCK_MONOTONIC) > end) break;
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (got[fd] == CONNECTING) {
        if (ask(fd)) return 1;
        continue;
      }
      if (!(events[i].events & ~EPOLLOUT)) continue;
      int done = answered(fd);
      if (done < 0) return 1;
      if (done == 0) continue;
      record(ns(CLOCK_MONOTONIC) - started[fd]);
      close(fd);
      if (open_next(epoll, &addr)) return 1;
    }
  }
  return report(), 0;
}
