/// What README.md shows of the model: the code between the two lines below stands there word for word.
module HybridReplica.Tests.EmbeddedModel

// README begins
open HybridReplica.Core

let events =
    [
        Event.Started
        Event.TargetReady
        Event.Connected 1
        Event.Replied(Reply.Read "+PONG")
    ]

let step (state, said) event =
    let state, commands = Replica.transition (state, event)
    state, said @ commands

let state, commands = List.fold step (State.Initial Settings.Default, []) events
// README ends
