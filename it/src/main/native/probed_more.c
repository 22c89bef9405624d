/* SPDX-License-Identifier: Apache-2.0 */
/* A function with the name of another one: see probed.c. */
__attribute__((noinline, noclone)) static int hidden(int x) {
  __asm__ volatile("");
  return x ^ 11;
}

int hidden_elsewhere(int x) {
  return hidden(x) + 1;
}
