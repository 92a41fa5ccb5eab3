import { describe, expect, test } from "vitest";
import { checkUrl } from "./check-url.ts";

const strict = { allowCidrs: [], allowHttp: false };
const lax = { allowCidrs: ["127.0.0.0/8", "10.1.0.0/16"], allowHttp: true };

describe("allowed", () => {
  test.each([
    ["https://example.com/a.png?x=1#y", "https://example.com/a.png?x=1#y"],
    ["https://EXAMPLE.com:8443", "https://example.com:8443/"],
    ["https://8.8.8.8/a", "https://8.8.8.8/a"],
    ["https://134744072/a", "https://8.8.8.8/a"],
    ["https://[2606:4700::1111]/", "https://[2606:4700::1111]/"],
    ["https://[::ffff:8.8.8.8]/", "https://[::ffff:808:808]/"],
    ["https://example.com./a", "https://example.com./a"],
    ["https://localhost.example.com/", "https://localhost.example.com/"],
    ["https://notlocalhost/", "https://notlocalhost/"],
    ["https://10.0.0.1.example.com/", "https://10.0.0.1.example.com/"],
  ])("%s", (text, href) => {
    const check = checkUrl(text, strict);
    expect(check.ok && check.url.href).toBe(href);
  });

  test.each(["http://example.com/", "http://127.0.0.1:9000/", "http://localhost:9000/", "https://10.1.2.3/"])(
    "%s when the policy says so",
    (text) => {
      expect(checkUrl(text, lax).ok).toBe(true);
    },
  );
});

describe("refused", () => {
  test.each([
    ["", "not_a_url"],
    ["example.com/a.png", "not_a_url"],
    ["//example.com/a.png", "not_a_url"],
    ["/v1/files/x", "not_a_url"],
    ["https://", "not_a_url"],
    ["https://exa mple.com", "not_a_url"],
    ["https://[::1", "not_a_url"],
    ["https://[fe80::1%25eth0]/", "not_a_url"],
    ["https://[fe80::1%eth0]/", "not_a_url"],
    ["https://1.2.3.4.5/", "not_a_url"],
    ["https://256.1.1.1/", "not_a_url"],
    ["https://127.0.0.08/", "not_a_url"],
    ["https://0x100000000/", "not_a_url"],
    ["https://example.com:99999/", "not_a_url"],
    ["http://example.com/", "scheme"],
    ["ftp://example.com/", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["data:image/png;base64,AAAA", "scheme"],
    ["javascript:alert(1)", "scheme"],
    ["gopher://127.0.0.1:6379/_FLUSHALL", "scheme"],
    ["https://user@example.com/", "credentials"],
    ["https://user:secret@example.com/", "credentials"],
    ["https://:secret@example.com/", "credentials"],
    ["https://127.0.0.1/", "private_address"],
    ["https://127.0.0.1./", "private_address"],
    ["https://127.0.0.1%2e/", "private_address"],
    ["https://127.1/", "private_address"],
    ["https://127.0.1/", "private_address"],
    ["https://2130706433/", "private_address"],
    ["https://017700000001/", "private_address"],
    ["https://0177.0.0.1/", "private_address"],
    ["https://0x7f000001/", "private_address"],
    ["https://0x7F.1/", "private_address"],
    ["https://0x7f.0.0.0x1/", "private_address"],
    ["https://0/", "private_address"],
    ["https://0.0.0.0/", "private_address"],
    ["https://①②⑦.⓪.⓪.①/", "private_address"],
    ["https://127。0。0。1/", "private_address"],
    ["https://169.254.169.254/latest/meta-data/", "private_address"],
    ["https://0xa9fea9fe/", "private_address"],
    ["https://2852039166/", "private_address"],
    ["https://10.0.0.1/", "private_address"],
    ["https://172.16.0.1/", "private_address"],
    ["https://192.168.0.1/", "private_address"],
    ["https://100.64.0.1/", "private_address"],
    ["https://[::]/", "private_address"],
    ["https://[::1]/", "private_address"],
    ["https://[0:0:0:0:0:0:0:1]/", "private_address"],
    ["https://[::127.0.0.1]/", "private_address"],
    ["https://[::ffff:127.0.0.1]/", "private_address"],
    ["https://[::ffff:7f00:1]/", "private_address"],
    ["https://[64:ff9b::a9fe:a9fe]/", "private_address"],
    ["https://[fd00:ec2::254]/", "private_address"],
    ["https://[fe80::1]/", "private_address"],
    ["https://localhost/", "private_address"],
    ["https://LOCALHOST/", "private_address"],
    ["https://localhost./", "private_address"],
    ["https://localhost../", "private_address"],
    ["https://a.b.localhost/", "private_address"],
    ["https://ｌｏｃａｌｈｏｓｔ/", "private_address"],
    [`https://example.com/${"a".repeat(8_000)}`, "too_long"],
  ])("%s: %s", (text, reason) => {
    expect(checkUrl(text, strict)).toMatchObject({ ok: false, reason });
  });

  test("a private address outside the allowed networks", () => {
    expect(checkUrl("http://10.2.0.1/", lax)).toMatchObject({ reason: "private_address" });
  });

  test("the detail says what to change and repeats nothing of the URL", () => {
    expect(checkUrl("https://user:secret@example.com/", strict)).toMatchObject({
      detail: "The URL must not contain a user name or password.",
    });
  });
});
