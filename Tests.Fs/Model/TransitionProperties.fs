/// Laws of the model alone, about the order in which things happen.
module HybridReplica.Tests.TransitionProperties

open Expecto
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Session

let private anything = Arb.zip (StateGenerators.state, StateGenerators.event)

let private lawless = Arb.zip (StateGenerators.lawlessState, StateGenerators.event)

let private isFinish command =
    match command with
    | Command.Finish _ -> true
    | _ -> false

/// Events and commands in the order in which they happen.
let private happenings session =
    moves session
    |> List.collect (fun move -> Choice1Of2 move.Event :: List.map Choice2Of2 move.Commands)

// The master does not answer these.
let private hasNoAnswer request =
    match request with
    | Request.Ack _
    | Request.Newline -> true
    | _ -> false

let private oneQuestionAtATime session =
    let step isOpen happening =
        match happening with
        | Choice2Of2(Command.Send(_, request)) when hasNoAnswer request -> isOpen
        | Choice2Of2(Command.Send(_, request)) ->
            Expect.isFalse isOpen $"the answer is there before %s{RequestEncoding.show request} is sent"
            true
        | Choice2Of2 Command.HangUp
        | Choice1Of2(Event.Replied _) -> false
        | _ -> isOpen

    happenings session |> List.fold step false |> ignore

let private connectionsAreClosed session =
    let step isOpen command =
        match command with
        | Command.Dial _ ->
            Expect.isFalse isOpen "the last connection is closed before the next one is opened"
            true
        | Command.HangUp ->
            Expect.isTrue isOpen "only an open connection is closed"
            false
        | Command.Send _ ->
            Expect.isTrue isOpen "nothing is sent after the connection is closed"
            isOpen
        | Command.Finish _ ->
            Expect.isFalse isOpen "the connection is closed at the end"
            isOpen
        | _ -> isOpen

    commands session |> List.fold step false |> ignore

let private finishesOnceAndLast session =
    let all = commands session

    if (final session).HasEnded then
        Expect.equal (all |> List.filter isFinish |> List.length) 1 "times that the end is said"
        Expect.isTrue (isFinish (List.last all)) "the end is said last"
    else
        Expect.isFalse (List.exists isFinish all) "the end is not said before it comes"

let private keepsInvariants session =
    for move in moves session do
        Expect.isEmpty (Invariants.brokenBy move) $"invariants at %A{move.Event} in %s{move.Before.Phase.Name}"

let private comesToItsEnd session =
    Expect.isTrue (final (toTheEnd session)).HasEnded "the end"

let private isNews link event =
    match event with
    | Event.Connected other
    | Event.ConnectFailed(other, _)
    | Event.Disconnected(other, _) -> other <> link
    | _ -> false

let tests =
    testList
        "transition"
        [
            testProperty
                "any event in any state has an answer"
                (Prop.forAll anything (fun (state, event) -> Replica.transition (state, event) |> ignore))
            testProperty
                "even with settings that break the rules, any event in any state has an answer"
                (Prop.forAll lawless (fun (state, event) -> Replica.transition (state, event) |> ignore))
            testProperty
                "the same state and the same event give the same state and the same commands"
                (Prop.forAll anything (fun (state, event) ->
                    Expect.equal
                        (Replica.transition (state, event))
                        (Replica.transition (state, event))
                        "state and commands"))
            testProperty
                "nothing leads out of the end"
                (Prop.forAll (Arb.zip (anything, StateGenerators.outcome)) (fun ((state, event), outcome) ->
                    let ended =
                        { state with
                            Phase = Phase.Ended outcome
                        }

                    Expect.equal (Replica.transition (ended, event)) (ended, []) "the same state, no command"))
            testProperty
                "a replica ends in a state it cannot leave and says so once, whatever happens to it"
                (Session.property wild finishesOnceAndLast)
            testProperty
                "what holds of every state and every move holds with a sound shell"
                (Session.property sound keepsInvariants)
            testProperty
                "what holds of every state and every move holds for those who follow"
                (Session.property following keepsInvariants)
            testProperty
                "what holds of every state and every move holds whatever happens"
                (Session.property wild keepsInvariants)
            testProperty
                "one question at a time: nothing is asked before the last answer is there"
                (Session.property wild oneQuestionAtATime)
            testProperty
                "a connection is closed before the next one and before the end, and nothing is sent after that"
                (Session.property wild connectionsAreClosed)
            testProperty "a replica that is asked to stop comes to its end" (Session.property sound comesToItsEnd)
            testProperty
                "a replica that follows and is asked to stop comes to its end"
                (Session.property following comesToItsEnd)
            testProperty
                "a sound shell never hears that an event was out of turn"
                (Session.property Session.anySound (fun session ->
                    match (final (toTheEnd session)).Phase with
                    | Phase.Ended(Outcome.Failed(Fault.OutOfTurn _ as fault)) -> failtestf "%s" (Wording.fault fault)
                    | _ -> ()))
            testProperty
                "news of a connection other than the current one changes nothing, in any state"
                (Prop.forAll anything (fun (state, event) ->
                    if isNews state.Link event then
                        Expect.equal (Replica.transition (state, event)) (state, []) "the same state, no command"))
            testProperty
                "the same events give the same commands and the same state"
                (Session.property wild (fun session -> Expect.equal (moves session) (moves session) "every move"))
        ]
