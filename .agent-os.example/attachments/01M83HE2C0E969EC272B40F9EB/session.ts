export interface Session {
  userId: string;
  expiresAt: string;
}
