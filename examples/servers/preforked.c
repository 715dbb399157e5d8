/* Echo server with 32 preforked processes. All block in accept on one listener; over UDP, in recvfrom on one socket.
 * cc -O2 -o preforked preforked.c && ./preforked PORT [tcp|udp] */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 32 }; /* Clients served at once; further ones wait in the backlog. */
static char buffer[65536]; /* Each process has its own copy. */

static int bound(int type, int port) {
  int on = 1, fd = socket(AF_INET, type, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (void *)&address, sizeof address) < 0) perror("bind"), exit(1);
  if (type == SOCK_STREAM && listen(fd, 1024) < 0) perror("listen"), exit(1);
  return fd;
}

static int accepted(int listener) {
  for (int on = 1;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0) return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), fd;
    if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) perror("accept"), exit(1);
    /* Else a signal arrived, a client aborted, or no descriptor is free until one is closed: accept(2). */
    if (errno != EINTR && errno != ECONNABORTED) usleep(10000);
  }
}

static void echo(int fd) {
  for (ssize_t length; (length = recv(fd, buffer, sizeof buffer, 0)) > 0 || (length < 0 && errno == EINTR);)
    for (ssize_t sent = 0, n; sent < length; sent += n > 0 ? n : 0) /* send may accept only a part. */
      /* MSG_NOSIGNAL: a closed connection gives EPIPE in place of SIGPIPE, which would end the process. */
      if ((n = send(fd, buffer + sent, length - sent, MSG_NOSIGNAL)) < 0 && errno != EINTR) return;
}

static void echo_datagrams(int fd) {
  struct sockaddr_in peer;
  for (socklen_t size = sizeof peer;; size = sizeof peer) {
    ssize_t length = recvfrom(fd, buffer, sizeof buffer, 0, (void *)&peer, &size);
    if (length >= 0) sendto(fd, buffer, length, 0, (void *)&peer, size);
  }
}

static void start(int fd, int udp, pid_t parent) {
  pid_t child = fork();
  if (child < 0) perror("fork"), exit(1);
  if (child > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGTERM); /* Otherwise the child would outlive its parent. */
  if (getppid() != parent) _exit(0);
  if (udp) echo_datagrams(fd);
  for (int connection;; close(connection)) echo(connection = accepted(fd));
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: preforked PORT [tcp|udp]\n"), 2;
  int udp = argc > 2 && strcmp(argv[2], "udp") == 0, fd = bound(udp ? SOCK_DGRAM : SOCK_STREAM, atoi(argv[1])), status;
  for (int i = 0; i < CHILDREN; i++) start(fd, udp, getpid());
  for (;;) { /* Replaces a killed child. A child that exits has printed an error, which a new one would hit too. */
    if (wait(&status) < 0) return perror("wait"), 1;
    if (WIFEXITED(status)) return 1;
    start(fd, udp, getpid());
  }
}
