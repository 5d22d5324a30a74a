namespace HybridReplica.Core

/// What a stream says of itself behind its entries, as far as it has been read. Of what is not finished, the lists are
/// kept apart, the newest first.
type internal StreamAssembly =
    {
        Details: StreamDetails
        Groups: StreamGroup list
        Group: StreamGroup voption
        Pending: PendingEntry list
        Nacked: StreamId list
        Consumers: StreamConsumer list
        Consumer: StreamConsumer voption
        ConsumerPending: StreamId list
        Idempotence: StreamIdempotence voption
        Producers: StreamProducer list
        Producer: StreamProducer voption
        ProducerEntries: ProducedEntry list
        /// What the producer called the entry whose id is next.
        EntryName: byte[]
    }

module internal StreamAssembly =

    let private noId = { Milliseconds = 0UL; Sequence = 0UL }

    /// Nothing was read yet.
    let empty: StreamAssembly =
        {
            Details =
                {
                    Length = 0L
                    LastId = noId
                    FirstId = ValueNone
                    MaximumDeletedId = ValueNone
                    EntriesAdded = ValueNone
                    Groups = [||]
                    Idempotence = ValueNone
                }
            Groups = []
            Group = ValueNone
            Pending = []
            Nacked = []
            Consumers = []
            Consumer = ValueNone
            ConsumerPending = []
            Idempotence = ValueNone
            Producers = []
            Producer = ValueNone
            ProducerEntries = []
            EntryName = [||]
        }

    let private inOrder (newestFirst: 'T list) : 'T[] =
        newestFirst |> Array.ofList |> Array.rev

    let private closeConsumer (stream: StreamAssembly) =
        match stream.Consumer with
        | ValueNone -> stream
        | ValueSome consumer ->
            let consumer =
                { consumer with
                    Pending = inOrder stream.ConsumerPending
                }

            { stream with
                Consumers = consumer :: stream.Consumers
                Consumer = ValueNone
                ConsumerPending = []
            }

    let private closeGroup (stream: StreamAssembly) =
        let stream = closeConsumer stream

        match stream.Group with
        | ValueNone -> stream
        | ValueSome group ->
            let group =
                { group with
                    Pending = inOrder stream.Pending
                    Consumers = inOrder stream.Consumers
                    Nacked = inOrder stream.Nacked
                }

            { stream with
                Groups = group :: stream.Groups
                Group = ValueNone
                Pending = []
                Consumers = []
                Nacked = []
            }

    let private closeProducer (stream: StreamAssembly) =
        match stream.Producer with
        | ValueNone -> stream
        | ValueSome producer ->
            let producer =
                { producer with
                    Entries = inOrder stream.ProducerEntries
                }

            { stream with
                Producers = producer :: stream.Producers
                Producer = ValueNone
                ProducerEntries = []
            }

    let private openGroup name (stream: StreamAssembly) =
        let group: StreamGroup =
            {
                Name = name
                LastId = noId
                EntriesRead = ValueNone
                Pending = [||]
                Consumers = [||]
                Nacked = [||]
            }

        { closeGroup stream with
            Group = ValueSome group
        }

    let private openConsumer name (stream: StreamAssembly) =
        let consumer: StreamConsumer =
            {
                Name = name
                SeenTime = 0L
                ActiveTime = ValueNone
                Pending = [||]
            }

        { closeConsumer stream with
            Consumer = ValueSome consumer
        }

    let private openProducer name (stream: StreamAssembly) =
        { closeProducer stream with
            Producer = ValueSome { Name = name; Entries = [||] }
        }

    let private withDetails change (stream: StreamAssembly) =
        { stream with
            Details = change stream.Details
        }

    let private withGroup change (stream: StreamAssembly) =
        { stream with
            Group = ValueOption.map change stream.Group
        }

    let private withConsumer change (stream: StreamAssembly) =
        { stream with
            Consumer = ValueOption.map change stream.Consumer
        }

    // -1 stands for nothing.
    let private known number =
        if number = -1L then ValueNone else ValueSome number

    /// Takes what a token says of the stream; the text is that of the token, if it has one.
    let take (token: RdbToken) (text: byte[]) (stream: StreamAssembly) : StreamAssembly =
        let id = token.Id
        let number = token.Number

        match token.Kind with
        | RdbTokenKind.StreamLength -> stream |> withDetails (fun details -> { details with Length = number })
        | RdbTokenKind.StreamLastId -> stream |> withDetails (fun details -> { details with LastId = id })
        | RdbTokenKind.StreamFirstId -> stream |> withDetails (fun details -> { details with FirstId = ValueSome id })
        | RdbTokenKind.StreamMaximumDeletedId ->
            stream
            |> withDetails (fun details ->
                { details with
                    MaximumDeletedId = ValueSome id
                })
        | RdbTokenKind.StreamEntriesAdded ->
            stream
            |> withDetails (fun details ->
                { details with
                    EntriesAdded = ValueSome number
                })
        | RdbTokenKind.Group -> openGroup text stream
        | RdbTokenKind.GroupLastId -> stream |> withGroup (fun group -> { group with LastId = id })
        | RdbTokenKind.GroupEntriesRead ->
            stream
            |> withGroup (fun group ->
                { group with
                    EntriesRead = known number
                })
        | RdbTokenKind.GroupPending ->
            let pending =
                {
                    Id = id
                    DeliveryTime = token.Time
                    DeliveryCount = token.Count
                }

            { stream with
                Pending = pending :: stream.Pending
            }
        | RdbTokenKind.GroupNacked ->
            { stream with
                Nacked = id :: stream.Nacked
            }
        | RdbTokenKind.Consumer -> openConsumer text stream
        | RdbTokenKind.ConsumerSeen -> stream |> withConsumer (fun consumer -> { consumer with SeenTime = number })
        | RdbTokenKind.ConsumerActive ->
            stream
            |> withConsumer (fun consumer ->
                { consumer with
                    ActiveTime = known number
                })
        | RdbTokenKind.ConsumerPending ->
            { stream with
                ConsumerPending = id :: stream.ConsumerPending
            }
        | RdbTokenKind.StreamIdempotence ->
            { stream with
                Idempotence =
                    ValueSome
                        {
                            Duration = number
                            MaximumEntries = token.Second
                            Producers = [||]
                            Added = 0L
                            Duplicates = 0L
                        }
            }
        | RdbTokenKind.Producer -> openProducer text stream
        | RdbTokenKind.ProducerEntry -> { stream with EntryName = text }
        | RdbTokenKind.ProducerEntryId ->
            { stream with
                ProducerEntries = { Name = stream.EntryName; Id = id } :: stream.ProducerEntries
            }
        | RdbTokenKind.StreamIdempotenceCounts ->
            let counted idempotence =
                { idempotence with
                    Added = number
                    Duplicates = token.Second
                }

            { stream with
                Idempotence = ValueOption.map counted stream.Idempotence
            }
        | _ -> stream

    /// Everything was read.
    let finish (stream: StreamAssembly) : StreamDetails =
        let stream = stream |> closeGroup |> closeProducer

        let withProducers (idempotence: StreamIdempotence) =
            { idempotence with
                Producers = inOrder stream.Producers
            }

        { stream.Details with
            Groups = inOrder stream.Groups
            Idempotence = ValueOption.map withProducers stream.Idempotence
        }
