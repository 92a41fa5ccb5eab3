/** People write their e-mail as they like. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}
