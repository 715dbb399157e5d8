import type { MeasuredTrial, Reason, Trial } from '../model/result.ts';

/** Of the offered rate, what has to be answered for response times to mean something. */
const LEAST_ACHIEVED = 0.99;

/** Share of all CPU time that may be stolen from a machine before its numbers are doubtful. */
const MOST_STEAL = 0.05;

/**
 * May a trial's numbers be believed? `invalid`: they are not what they claim to be; `suspect`: true, but they may
 * say something else than they seem to. Each reason tells what to do.
 */
export function judgeTrial(trial: MeasuredTrial): Trial['validity'] {
  const invalid = invalidations(trial);
  const suspect = suspicions(trial);
  const verdict = invalid.length > 0 ? 'invalid' : suspect.length > 0 ? 'suspect' : 'valid';
  return { verdict, reasons: [...invalid, ...suspect] };
}

function invalidations({ requests }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (requests.corrupted > 0) {
    reasons.push({
      code: 'corrupted',
      message: 'replies differed from what was sent: the server changes data; mend it first',
    });
  }
  if (requests.completed === 0) {
    reasons.push({
      code: 'nothing-completed',
      message: 'no request completed while measuring: measure longer, or lower the load',
    });
  }
  return reasons;
}

function suspicions(trial: MeasuredTrial): Reason[] {
  const { requests, generator, transport, rate, throughput } = trial;
  const reasons: Reason[] = [...machineSuspicions(trial)];
  if (rate !== null && throughput.requestsPerSecond < LEAST_ACHIEVED * rate) {
    reasons.push({
      code: 'rate-missed',
      message:
        `the target answered less than ${LEAST_ACHIEVED * 100} % of the requests offered, so response times grow with the ` +
        'time measured: lower --rate, or add --connections',
    });
  }
  if (requests.dropped > 0) {
    reasons.push({
      code: 'dropped',
      message: 'so many requests waited for a connection that some were never sent: lower --rate',
    });
  }
  if (generator.saturated) {
    reasons.push({
      code: 'generator-saturated',
      message:
        'the generator used more than 90 % of its CPU, so the server may be able to do more: ' +
        'add --threads where there are CPUs for them, or lower the load',
    });
  }
  if (requests.errors > 0) {
    reasons.push({ code: 'errors', message: 'connections broke or could not be opened: see the errors column' });
  }
  if (transport === 'udp' && requests.timedOut > 0) {
    reasons.push({
      code: 'lost',
      message: 'datagrams were lost: socket buffers overflowed, or the server dropped them',
    });
  }
  return reasons;
}

/** What the machine did to the trial, as far as its kernel tells. */
function machineSuspicions({ kernel, transport }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (!kernel) return reasons;
  if (kernel.stealShare > MOST_STEAL) {
    reasons.push({
      code: 'steal',
      message: `the hypervisor gave more than ${MOST_STEAL * 100} % of the CPU time to others: measure again when it is calmer`,
    });
  }
  if (transport === 'tcp' && kernel.listenOverflows > 0) {
    reasons.push({
      code: 'listen-overflow',
      message: 'the server accepted too slowly, its backlog overflowed: raise its backlog and net.core.somaxconn',
    });
  }
  if (transport === 'udp' && kernel.udpReceiveBufferErrors > 0) {
    reasons.push({
      code: 'receive-buffer',
      message: 'a full receive buffer dropped datagrams: enlarge SO_RCVBUF and net.core.rmem_max, or lower the load',
    });
  }
  return reasons;
}
