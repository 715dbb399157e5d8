/* What the reference generators have in common: clock, histogram, payload, addresses and report. */
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { EVENTS = 1024, SUB = 7, BUCKETS = 64 << SUB, MAXFD = 65536, SIZE = 64, SOURCES = 64 };
static uint64_t counts[BUCKETS], total, begun, cpu_before;
static char payload[65536], inbox[65536];

static uint64_t ns(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}
/* Begins measuring; what was before does not count. Returns the time. */
static uint64_t begin(void) {
  memset(counts, 0, sizeof counts);
  total = 0;
  cpu_before = ns(CLOCK_PROCESS_CPUTIME_ID);
  return begun = ns(CLOCK_MONOTONIC);
}
/* Records a time in nanoseconds in a log-linear histogram. */
static void record(uint64_t v) {
  int e = v < (1 << SUB) ? 0 : 63 - __builtin_clzll(v) - SUB;
  counts[((uint64_t)e << SUB) + (v >> e)]++;
  total++;
}
static double percentile(double q) {
  uint64_t want = q * total, seen = 0;
  for (int e = 0; e < 56; e++)
    for (uint64_t s = 0; s < (2ull << SUB); s++) {
      if (e && s < (1ull << SUB)) continue;
      if ((seen += counts[((uint64_t)e << SUB) + s]) > want) return (double)(s << e) / 1e3;
    }
  return 0;
}
/* Prints requests/s, p50 and p99 in us, and CPU us per request of this process, since measuring began. */
static void report(void) {
  double seconds = (ns(CLOCK_MONOTONIC) - begun) / 1e9, cpu_us = (ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_before) / 1e3;
  printf("%.0f req/s p50 %.1f us p99 %.1f us cpu %.3f us/req\n", total / seconds, percentile(.5), percentile(.99), cpu_us / total);
}
static void fill_payload(void) {
  for (unsigned i = 0; i < sizeof payload; i++) payload[i] = 'a' + i % 26;
}
static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}
/* Binds a socket to one of 127.0.0.1 to 127.0.0.64, in turn: each has ports of its own, and the kernel chooses one when
 * the socket connects. */
static void bind_source(int fd, unsigned i) {
  int one = 1;
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + i % SOURCES)};
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  bind(fd, (void *)&from, sizeof from);
}
