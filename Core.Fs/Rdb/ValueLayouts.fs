namespace HybridReplica.Core

/// What values are made of, step by step (`rdbLoadObject`, 7.0.15 and 8.0; `rdb.c`, Valkey 9.0).
module internal ValueLayouts =

    let private step kind token =
        {
            Kind = kind
            Token = token
            Detail = 0
        }

    let private text = step StepKind.Text
    let private wholeText = step StepKind.WholeText
    let private length = step StepKind.Length
    let private optionalLength = step StepKind.OptionalLength
    let private lengthPair = step StepKind.LengthPair
    let private fixed64 = step StepKind.Fixed64
    let private rawId = step StepKind.RawId

    // A step that says nothing, and so has a token that is never told.
    let private silent kind = step kind RdbTokenKind.Started

    let private packed kind (container: PackedContainer) token =
        {
            Kind = kind
            Token = token
            Detail = int container
        }

    let private container = packed StepKind.Container

    let private repetition head (steps: ValueStep list) =
        let distance = List.length steps + 1

        [ { silent head with Detail = distance } ]
        @ steps
        @ [
            { silent StepKind.Again with
                Detail = distance
            }
        ]

    let private each = repetition StepKind.Repeat

    let private layout (steps: ValueStep list) =
        List.toArray (steps @ [ silent StepKind.Done ])

    let plain = layout [ text RdbTokenKind.String ]

    let elements = layout (each [ text RdbTokenKind.Element ])

    let packedElements which =
        layout [ container which RdbTokenKind.Element ]

    /// Nodes that are ziplists.
    let quicklist =
        layout (each [ container PackedContainer.Ziplist RdbTokenKind.Element ])

    /// Nodes that are listpacks, or single elements.
    let quicklist2 = layout (each [ step StepKind.ListNode RdbTokenKind.Element ])

    let scoredByText =
        layout (each [ text RdbTokenKind.Member; step StepKind.ScoreText RdbTokenKind.Score ])

    let scored = layout (each [ text RdbTokenKind.Member; fixed64 RdbTokenKind.Score ])

    let packedScored which =
        layout [ container which RdbTokenKind.Member ]

    let private fieldAndValue =
        [ text RdbTokenKind.Field; text RdbTokenKind.FieldValue ]

    let fields = layout (each fieldAndValue)

    let packedFields which =
        layout [ container which RdbTokenKind.Field ]

    let private expiringFields before =
        each (
            [ silent before ]
            @ fieldAndValue
            @ [ step StepKind.TellExpiry RdbTokenKind.FieldExpiry ]
        )

    let private triples =
        packed StepKind.Triples PackedContainer.Listpack RdbTokenKind.Field

    /// Release candidates of Redis 7.4.
    let fieldsExpiringAt = layout (expiringFields StepKind.ExpiryAt)

    /// Release candidates of Redis 7.4.
    let packedTriples = layout [ triples ]

    /// Redis 7.4 and later.
    let fieldsExpiring =
        layout (silent StepKind.ExpiryBase :: expiringFields StepKind.ExpiryAfterBase)

    /// Redis 7.4 and later.
    let packedFieldsExpiring = layout [ silent StepKind.ExpiryBase; triples ]

    /// Valkey 9.0 and later.
    let fieldsExpiringBehind =
        layout (each (fieldAndValue @ [ step StepKind.ExpiryBehind RdbTokenKind.FieldExpiry ]))

    let private consumer version =
        [ wholeText RdbTokenKind.Consumer; fixed64 RdbTokenKind.ConsumerSeen ]
        @ (if version >= 3 then
               [ fixed64 RdbTokenKind.ConsumerActive ]
           else
               [])
        @ each [ rawId RdbTokenKind.ConsumerPending ]

    let private group version =
        [ wholeText RdbTokenKind.Group; lengthPair RdbTokenKind.GroupLastId ]
        @ (if version >= 2 then
               [ optionalLength RdbTokenKind.GroupEntriesRead ]
           else
               [])
        @ each [ step StepKind.Pending RdbTokenKind.GroupPending ]
        @ each (consumer version)
        @ (if version >= 5 then
               each [ rawId RdbTokenKind.GroupNacked ]
           else
               [])

    let private idempotence =
        [ lengthPair RdbTokenKind.StreamIdempotence ]
        @ each (
            [ wholeText RdbTokenKind.Producer ]
            @ each
                [
                    wholeText RdbTokenKind.ProducerEntry
                    lengthPair RdbTokenKind.ProducerEntryId
                ]
        )
        @ [ lengthPair RdbTokenKind.StreamIdempotenceCounts ]

    /// The versions of streams: 1 from Redis 5.0 on, 2 from 7.0 on, 3 from 7.2 on, 4 from 8.6 on, 5 from 8.8 on.
    let stream version =
        each [ step StepKind.StreamNode RdbTokenKind.StreamEntry ]
        @ [ length RdbTokenKind.StreamLength; lengthPair RdbTokenKind.StreamLastId ]
        @ (if version >= 2 then
               [
                   lengthPair RdbTokenKind.StreamFirstId
                   lengthPair RdbTokenKind.StreamMaximumDeletedId
                   length RdbTokenKind.StreamEntriesAdded
               ]
           else
               [])
        @ each (group version)
        @ (if version >= 4 then idempotence else [])
        |> layout

    let array =
        layout (repetition StepKind.ArrayHead [ step StepKind.ArrayElement RdbTokenKind.ArrayValue ])

    let private moduleItems = step StepKind.ModuleItems RdbTokenKind.ModuleEnded

    let moduleValue = layout [ length RdbTokenKind.Module; silent StepKind.ModuleItems ]

    // What stands between the entries.

    let auxiliary =
        layout [ wholeText RdbTokenKind.AuxiliaryName; wholeText RdbTokenKind.AuxiliaryValue ]

    let resize = layout [ lengthPair RdbTokenKind.DatabaseSize ]

    let functionLibrary = layout [ text RdbTokenKind.FunctionLibrary ]

    let moduleAuxiliary =
        layout [ step StepKind.ModuleAuxiliary RdbTokenKind.ModuleAuxiliary; moduleItems ]

    let slotInfo = layout [ step StepKind.LengthTriple RdbTokenKind.SlotInfo ]

    let slotImport =
        layout (wholeText RdbTokenKind.SlotImport :: each [ lengthPair RdbTokenKind.SlotRange ])

    let keyMetadata =
        layout (each [ step StepKind.Fixed32 RdbTokenKind.KeyMetadata; moduleItems ])
