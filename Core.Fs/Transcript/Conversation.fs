namespace HybridReplica.Core

/// One turn of a conversation.
type Turn =
    {
        /// What happened.
        Event: Event
        /// The replica after it.
        State: State
        /// What the replica wants done about it.
        Commands: Command list
    }

/// A replica and what it has received, without any IO: a host for the model that is itself a value.
[<NoComparison; NoEquality>]
type Conversation =
    internal
        {
            Replica: State
            Received: Received
        }

    /// The replica as it is now.
    member this.State = this.Replica

/// Drives the replica through a conversation, as a sound shell would.
[<RequireQualifiedAccess>]
module Conversation =

    let private carry event conversation =
        let state, commands = Replica.transition (conversation.Replica, event)
        let isHungUp = List.contains Command.HangUp commands

        { conversation with
            Replica = state
            Received = if isHungUp then Received.empty else conversation.Received
        },
        {
            Event = event
            State = state
            Commands = commands
        }

    // What the replica decides is about bytes in the window, so they leave it afterwards, unless all of them are gone
    // with the connection.
    let private carryBytes event consumed conversation =
        let next, turn = carry event conversation

        if List.contains Command.HangUp turn.Commands then
            next, turn
        else
            { next with
                Received = Received.consume consumed next.Received
            },
            turn

    let private tryNext conversation =
        match Framing.TryNext(conversation.Replica.Expects, conversation.Received.Window.Span) with
        | true, NonNull event, consumed -> ValueSome(struct (event, consumed))
        | _ -> ValueNone

    /// Everything received is looked at before anything new happens.
    let rec private drain turns conversation =
        match tryNext conversation with
        | ValueSome(event, consumed) ->
            let conversation, turn = carryBytes event consumed conversation
            drain (turn :: turns) conversation
        | ValueNone -> grow turns conversation

    and private grow turns conversation =
        let isWaiting =
            conversation.Replica.Expects = Expectation.Nothing
            && not conversation.Received.Window.IsEmpty

        match Received.tryGrow conversation.Received, conversation.Received.Behind with
        | ValueSome received, _ when conversation.Replica.Expects <> Expectation.Nothing ->
            drain
                turns
                { conversation with
                    Received = received
                }
        | ValueNone, Piece.End closed :: later when not isWaiting ->
            let conversation, turn =
                carry
                    closed
                    { conversation with
                        Received =
                            { conversation.Received with
                                Behind = later
                            }
                    }

            drain (turn :: turns) conversation
        | _ -> conversation, List.rev turns

    let private isConnected (state: State) =
        state.IsLinked && state.Phase <> Phase.Connecting

    // What comes when there is no connection comes from nowhere.
    let private receive piece conversation =
        if isConnected conversation.Replica then
            drain
                []
                { conversation with
                    Received = Received.add piece conversation.Received
                }
        else
            conversation, []

    let private report event conversation =
        let conversation, turn = carry event conversation
        drain [ turn ] conversation

    /// Something happens: the conversation after it, and the turns it takes. A line may take none, as when the replica
    /// has to wait for its temporary file first; and it may take several.
    [<CompiledName "Next">]
    let next (input: Input) (conversation: Conversation) : Conversation * Turn list =
        match input with
        | Input.Line text -> receive (Received.ofText (text + "\r\n")) conversation
        | Input.Bytes text -> receive (Received.ofText text) conversation
        | Input.Filler count -> receive (Piece.Filler count) conversation
        // A master that closes the connection is heard to the end first.
        | Input.Report(Event.Disconnected(_, NetworkTrouble.Closed) as closed) when isConnected conversation.Replica ->
            receive (Piece.End closed) conversation
        | Input.Report event -> report event conversation

    /// The first turn: the replica is told to go.
    [<CompiledName "Start">]
    let start (settings: Settings) : Conversation * Turn list =
        {
            Replica = State.Initial settings
            Received = Received.empty
        }
        |> report Event.Started

    /// All turns of a conversation: those of the start, and then those of each input.
    [<CompiledName "Run">]
    let run (settings: Settings, inputs: Input list) : Turn list * (Input * Turn list) list =
        let conversation, first = start settings

        let told, _ =
            (conversation, inputs)
            ||> List.mapFold (fun conversation input ->
                let conversation, turns = next input conversation
                (input, turns), conversation)

        first, told
