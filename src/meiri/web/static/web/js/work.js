// Finds the number with which SHA-256 of "token:number" begins with so many zero bits, some at a time.
const AT_ONCE = 256;
onmessage = async ({ data: [token, bits] }) => {
  const encoder = new TextEncoder();
  const fits = async (number) => {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${token}:${number}`));
    return new DataView(digest).getUint32(0) >>> (32 - bits) === 0;
  };
  for (let first = 0; ; first += AT_ONCE) {
    const found = (await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => fits(first + n)))).indexOf(true);
    if (found >= 0) return postMessage(first + found);
  }
};
