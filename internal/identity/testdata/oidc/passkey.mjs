// Holds what a browser answered for a passkey to @simplewebauthn/server: on
// standard input {origin, made, used}, the answers when it was made and when it
// signed in. Prints "verified" when both are as WebAuthn asks.
import {verifyAuthenticationResponse, verifyRegistrationResponse} from "@simplewebauthn/server";
import {readFileSync} from "node:fs";

const {origin, made, used} = JSON.parse(readFileSync(0));
const asked = (answer) => ({
  response: answer,
  expectedChallenge: JSON.parse(Buffer.from(answer.response.clientDataJSON, "base64url")).challenge,
  expectedOrigin: origin,
  expectedRPID: new URL(origin).hostname,
  requireUserVerification: true,
});
const first = await verifyRegistrationResponse(asked(made));
const then = await verifyAuthenticationResponse({...asked(used), credential: first.registrationInfo.credential});
if (first.verified && then.verified && then.authenticationInfo.userVerified) console.log("verified");
