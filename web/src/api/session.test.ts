import { expect, test } from "vitest";
import { sessionOf } from "./session.ts";

test("a session keeps what the application needs of a user, and nothing else", () => {
  const answer = JSON.parse(
    `{"token_type":"Cookie","expires_at":"2026-01-01T00:00:00Z","user":{"id":"1","username":"ben","name":"Ben Rep","email":null,"role":"rep","team_id":"7","time_zone":"Europe/Berlin","locale":"en","settings":{"secret":1}}}`,
  );

  expect(sessionOf(answer)).toEqual({
    expires_at: "2026-01-01T00:00:00Z",
    user: {
      id: "1",
      username: "ben",
      name: "Ben Rep",
      email: null,
      role: "rep",
      role_name: "rep",
      team_id: "7",
      time_zone: "Europe/Berlin",
      locale: "en",
    },
  });
});

test("a role that is no preset is a custom one", () => {
  const answer = JSON.parse(
    `{"token_type":"Cookie","expires_at":"2026-01-01T00:00:00Z","user":{"id":"1","username":"x","role":"wizard"}}`,
  );

  expect(sessionOf(answer).user).toMatchObject({ role: "custom", role_name: "wizard", name: "x", time_zone: "UTC" });
});
