// Polls (jitsi-signalling.md 6.7): questions with answers to tick, and who ticked what.
import { Json, isObject, listOf, textOf } from "./components";
import { Emitter } from "./emitter";

export interface PollAnswer {
    name: string;
    voters: Map<string, string>; // id → name
}
export interface Poll {
    id: string;
    question: string;
    senderId: string;
    senderName: string;
    answers: PollAnswer[];
}

export interface PollEvents {
    changed: void;
    asked: Poll; // a new one, by somebody else
}

export const kMostAnswers = 10;

export class Polls extends Emitter<PollEvents> {
    readonly polls: Poll[] = [];

    constructor(
        private readonly ownId: () => string,
        private readonly send: (command: Json) => void,
        private readonly random: () => string,
    ) {
        super();
    }

    ask(question: string, answers: string[]): void {
        const names = answers.map((answer) => answer.trim()).filter((answer) => answer);
        if (!question.trim() || names.length < 2) return;
        const pollId = this.random();
        const options = names.slice(0, kMostAnswers).map((name) => ({ name }));
        this.send({ type: "polls", command: "new-poll", pollId, question: question.trim(), answers: options });
    }

    answer(poll: Poll, chosen: boolean[]): void {
        this.send({ type: "polls", command: "answer-poll", pollId: poll.id, answers: chosen });
    }

    hasAnswered(poll: Poll): boolean {
        return poll.answers.some((answer) => answer.voters.has(this.ownId()));
    }

    receive(event: Json): void {
        switch (event.command) {
            case "new-poll":
                this.add(event);
                break;
            case "answer-poll":
                this.count(event);
                break;
            case "old-polls":
                for (const poll of listOf(event.polls)) if (isObject(poll)) this.add(poll, false);
                break;
            default:
                return;
        }
        this.emit("changed", undefined);
    }

    private add(given: Json, fresh = true): void {
        const id = textOf(given.pollId);
        if (!id || this.polls.some((poll) => poll.id === id)) return;
        const answers = listOf(given.answers).map((answer) => {
            const fields = isObject(answer) ? answer : { name: answer };
            return { name: textOf(fields.name), voters: votersOf(fields.voters) };
        });
        const poll = {
            id,
            question: textOf(given.question, 500),
            senderId: textOf(given.senderId),
            senderName: textOf(given.senderName),
            answers,
        };
        this.polls.push(poll);
        if (fresh && poll.senderId !== this.ownId()) this.emit("asked", poll);
    }

    private count(given: Json): void {
        const poll = this.polls.find((p) => p.id === given.pollId);
        const voter = textOf(given.senderId);
        const chosen = listOf(given.answers);
        if (!poll || !voter) return;
        poll.answers.forEach((answer, i) => {
            if (chosen[i] === true) answer.voters.set(voter, textOf(given.senderName));
            else answer.voters.delete(voter);
        });
    }
}

function votersOf(given: unknown): Map<string, string> {
    const voters = new Map<string, string>();
    for (const voter of listOf(given)) {
        if (isObject(voter)) voters.set(textOf(voter.id), textOf(voter.name));
        else if (typeof voter === "string") voters.set(voter, "");
    }
    return voters;
}
