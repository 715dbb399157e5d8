/* Echo server with level-triggered epoll(7): one thread, TCP and UDP on the same port.
 * cc -O2 -o epoll epoll.c && ./epoll PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

static char buffer[65536];

static int bound(int type, int port) {
  int on = 1, fd = socket(AF_INET, type, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (void *)&address, sizeof address) < 0) perror("bind"), exit(1);
  return fd;
}

/* For brevity, connections are blocking: a client that does not read its replies blocks this server. If clients are not
 * trusted, make connections non-blocking, keep unsent bytes, and wait for EPOLLOUT. */
static void echo(int fd) {
  ssize_t length = read(fd, buffer, sizeof buffer);
  for (ssize_t sent = 0, n; sent < length; sent += n)
    if ((n = send(fd, buffer + sent, length - sent, MSG_NOSIGNAL)) < 0) length = -1;
  if (length <= 0) close(fd); /* This also removes it from epoll. */
}

static void echo_datagram(int fd) {
  struct sockaddr_in peer;
  socklen_t size = sizeof peer;
  ssize_t length = recvfrom(fd, buffer, sizeof buffer, 0, (void *)&peer, &size);
  if (length >= 0) sendto(fd, buffer, length, 0, (void *)&peer, size);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: epoll PORT\n"), 2;
  int on = 1, port = atoi(argv[1]), queue = epoll_create1(0);
  int listener = bound(SOCK_STREAM, port), datagrams = bound(SOCK_DGRAM, port);
  struct epoll_event events[256];
  listen(listener, 1024);
  epoll_ctl(queue, EPOLL_CTL_ADD, listener, &(struct epoll_event){EPOLLIN, {.fd = listener}});
  epoll_ctl(queue, EPOLL_CTL_ADD, datagrams, &(struct epoll_event){EPOLLIN, {.fd = datagrams}});
  for (;;) {
    for (int n = epoll_wait(queue, events, 256, -1), i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == datagrams) echo_datagram(fd);
      else if (fd != listener) echo(fd);
      else if ((fd = accept(listener, NULL, NULL)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_ctl(queue, EPOLL_CTL_ADD, fd, &(struct epoll_event){EPOLLIN, {.fd = fd}});
      }
    }
  }
}
