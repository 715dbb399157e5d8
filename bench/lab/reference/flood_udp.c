/* Reference generator: closed loop over UDP, in C, with one datagram of 64 bytes in flight on each of many sockets.
 * cc -O2 -o flood_udp flood_udp.c && ./flood_udp PORT SOCKETS SECONDS
 * Checks every echoed byte. Answers that are ready together are read first, so that the server finds a batch of requests.
 * Prints requests/s, p50 and p99 in us, and CPU us per request. */
#define _GNU_SOURCE
#include "flood.h"
#include <sys/epoll.h>

/* Without any answer for this time, the server is taken for dead. */
enum { SILENCE_MS = 1000 };

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: flood_udp PORT SOCKETS SECONDS\n"), 2;
  static uint64_t sent[MAXFD];
  int sockets = atoi(argv[2]), epoll = epoll_create1(0);
  struct sockaddr_in addr = loopback(atoi(argv[1]));
  fill_payload();
  for (int i = 0; i < sockets; i++) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || fd >= MAXFD) return fprintf(stderr, "too many sockets\n"), 1;
    if (connect(fd, (void *)&addr, sizeof addr)) return perror("connect"), 1;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    sent[fd] = ns(CLOCK_MONOTONIC);
    send(fd, payload, SIZE, 0);
  }
  uint64_t end = begin() + atof(argv[3]) * 1e9;
  struct epoll_event events[EVENTS];
  for (;;) {
    int n = epoll_wait(epoll, events, EVENTS, SILENCE_MS);
    if (n == 0) return fprintf(stderr, "no answers\n"), 1;
    if (ns(CLOCK_MONOTONIC) > end) break;
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      ssize_t r = recv(fd, inbox, sizeof inbox, MSG_DONTWAIT);
      if (r != SIZE || memcmp(inbox, payload, SIZE)) return fprintf(stderr, "corrupt echo\n"), 1;
      uint64_t now = ns(CLOCK_MONOTONIC);
      record(now - sent[fd]);
      sent[fd] = now;
    }
    for (int i = 0; i < n; i++) send(events[i].data.fd, payload, SIZE, 0);
  }
  return report(), 0;
}
