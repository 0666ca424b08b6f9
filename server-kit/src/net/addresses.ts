/** Which addresses are on the Internet, and which only this machine and its neighbours can reach. */
import { BlockList, isIP } from 'node:net';

const PRIVATE = new BlockList();
// https://www.iana.org/assignments/iana-ipv4-special-registry
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4');
const PUBLIC6 = new BlockList();
// https://www.iana.org/assignments/ipv6-address-space: all that is routed
PUBLIC6.addSubnet('2000::', 3, 'ipv6');
// 6to4 and Teredo carry an IPv4 address within
const TUNNELS = new BlockList();
TUNNELS.addSubnet('2002::', 16, 'ipv6');
TUNNELS.addSubnet('2001::', 32, 'ipv6');

/** Whether a name says of itself that it is only for us. */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return isIP(name) === 0
    ? /(^|\.)(localhost|internal|local|test)$/.test(name) || !name.includes('.')
    : isPrivate(name);
}

/** Whether an address is this machine's or a neighbour's, and nobody's on the Internet. */
export function isPrivate(address: string): boolean {
  if (isIP(address) === 4) return PRIVATE.check(address, 'ipv4');
  return !PUBLIC6.check(address, 'ipv6') || TUNNELS.check(address, 'ipv6');
}
