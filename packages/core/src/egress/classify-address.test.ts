import { describe, expect, test } from "vitest";
import { classifyAddress } from "./classify-address.ts";

describe("public", () => {
  test.each([
    "8.8.8.8",
    "1.1.1.1",
    "104.16.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "169.253.255.255",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001:81b::200e",
    "::ffff:8.8.8.8",
    "::ffff:808:808",
    "64:ff9b::8.8.8.8",
    "64:ff9b::808:808",
  ])("%s", (address) => {
    expect(classifyAddress(address)).toEqual({ reachable: "public", range: "unicast" });
  });
});

describe("not public", () => {
  test.each([
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["169.254.0.1", "linkLocal"],
    ["169.254.169.254", "linkLocal"], // metadata of AWS, GCP, Azure, …
    ["169.254.170.2", "linkLocal"], // ECS task credentials
    ["168.63.129.16", "cloud platform"], // Azure
    ["100.64.0.1", "carrierGradeNat"],
    ["100.100.100.200", "carrierGradeNat"], // metadata of Alibaba
    ["100.127.255.255", "carrierGradeNat"],
    ["192.0.0.1", "reserved"], // IETF protocol assignments
    ["192.0.0.192", "reserved"], // metadata of Oracle Cloud classic
    ["192.0.2.1", "reserved"], // documentation
    ["198.51.100.1", "reserved"],
    ["203.0.113.1", "reserved"],
    ["192.88.99.1", "reserved"], // 6to4 relay
    ["198.18.0.1", "reserved"], // benchmarking
    ["198.19.255.255", "reserved"],
    ["192.31.196.1", "as112"],
    ["192.52.193.1", "amt"],
    ["192.175.48.1", "as112"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.250", "multicast"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "broadcast"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::2", "unassigned"],
    ["::127.0.0.1", "unassigned"], // IPv4-compatible
    ["::8.8.8.8", "unassigned"],
    ["::ffff:127.0.0.1", "loopback"], // IPv4-mapped
    ["::ffff:7f00:1", "loopback"],
    ["::FFFF:10.0.0.1", "private"],
    ["0:0:0:0:0:ffff:a9fe:a9fe", "linkLocal"],
    ["::ffff:0:10.0.0.1", "rfc6145"], // IPv4-translated
    ["64:ff9b::10.0.0.1", "private"], // NAT64
    ["64:ff9b::7f00:1", "loopback"],
    ["64:ff9b::a9fe:a9fe", "linkLocal"],
    ["64:ff9b:1::1", "rfc6052"], // local NAT64
    ["2002:7f00:1::", "6to4"],
    ["2002:808:808::1", "6to4"],
    ["2001::1", "teredo"],
    ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "teredo"],
    ["2001:2::1", "benchmarking"],
    ["2001:db8::1", "reserved"], // documentation
    ["3fff::1", "reserved"], // documentation
    ["2001:10::1", "deprecatedOrchid"],
    ["2001:20::1", "orchid2"],
    ["2001:1ff::1", "reserved"], // IETF protocol assignments
    ["2620:4f:8000::1", "as112v6"],
    ["100::1", "discard"],
    ["100:0:0:1::1", "unassigned"], // dummy prefix, RFC 9780
    ["5f00::1", "segmentRouting"],
    ["fc00::1", "uniqueLocal"],
    ["fd00:ec2::254", "uniqueLocal"], // metadata of AWS
    ["fd20:ce::254", "uniqueLocal"], // metadata of GCP
    ["fe80::1", "linkLocal"],
    ["fe80::1%eth0", "linkLocal"],
    ["fec0::1", "deprecatedSiteLocal"],
    ["ff02::1", "multicast"],
    ["4000::1", "unassigned"],
    ["e000::1", "unassigned"],
    ["example.com", "not an address"],
    ["127.1", "not an address"],
    ["", "not an address"],
  ])("%s is %s", (address, range) => {
    expect(classifyAddress(address)).toEqual({ reachable: "no", range });
  });
});

describe("allowed networks", () => {
  test.each([
    ["10.1.2.3", ["10.1.0.0/16"], "allowed"],
    ["10.2.2.3", ["10.1.0.0/16"], "no"],
    ["::ffff:10.1.2.3", ["10.1.0.0/16"], "allowed"],
    ["64:ff9b::10.1.2.3", ["10.1.0.0/16"], "allowed"],
    ["127.0.0.1", ["127.0.0.1/32"], "allowed"],
    ["127.0.0.2", ["127.0.0.1/32"], "no"],
    ["fd00:1::1", ["10.1.0.0/16", "fd00::/8"], "allowed"],
    ["fe80::1", ["fd00::/8"], "no"],
    ["::1", ["0.0.0.0/0"], "no"],
    ["::1", ["::1/128"], "allowed"],
  ])("%s with %j: %s", (address, allowCidrs, reachable) => {
    expect(classifyAddress(address, allowCidrs).reachable).toBe(reachable);
  });

  test("a malformed network throws", () => {
    expect(() => classifyAddress("10.0.0.1", ["10.0.0.0"])).toThrow(/CIDR/);
  });
});
